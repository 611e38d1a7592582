//! Tests of the help of all commands.

use crate::Cli;
use clap::{Command, CommandFactory as _};

/// The most characters that a line may have; a terminal may have fewer.
const WIDEST: usize = 100;

/// Calls `look` with every command and its words.
fn every(command: &mut Command, words: &str, look: &mut impl FnMut(&str, &mut Command)) {
    look(words, command);
    for command in command.get_subcommands_mut() {
        let words = format!("{words} {}", command.get_name());
        every(command, &words, look);
    }
}

#[test]
fn no_line_of_any_help_is_wider_than_a_terminal() {
    let mut wide = Vec::new();
    let mut whole = Cli::command();
    whole.build();
    every(&mut whole, "ringbolt", &mut |words, command| {
        for (kind, help) in [("-h", command.render_help()), ("--help", command.render_long_help())] {
            let help = help.to_string();
            let lines = help.lines().filter(|line| line.chars().count() > WIDEST);
            wide.extend(lines.map(|line| format!("{words} {kind}: {line}")));
        }
    });
    assert_eq!(wide, Vec::<String>::new());
}
