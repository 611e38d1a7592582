//! A command line that cannot be parsed, and `--help`.

use crate::output::{Output, UNWRITABLE, complain, harmless_lines, is_deceptive};
use clap::error::ErrorKind;
use std::{ffi::OsString, io, process::ExitCode};

/// Whether the arguments ask for JSON. A command line that cannot be parsed is only looked at for this.
pub(crate) fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// Reports that a command line cannot be parsed: as clap words it, or as a JSON error. Help and the version are text in
/// both cases, because they are for people.
pub(crate) fn refused(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        Output::new(true).error(sentence(error), 2);
    } else if error.use_stderr() {
        let text = error.render().to_string();
        if text.chars().any(|c| c != '\n' && is_deceptive(c)) {
            // What was given is repeated in the message.
            complain(&harmless_lines(text.trim_end()));
        } else {
            // A closed standard error cannot be reported anywhere.
            error.print().unwrap_or_default();
        }
    } else if let Err(unwritten) = error.print()
        && unwritten.kind() != io::ErrorKind::BrokenPipe
    {
        complain(&format!("ringbolt: {UNWRITABLE}: {unwritten}"));
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// clap's message in one line, without the usage and the hint at `--help`.
fn sentence(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "the command is incomplete: add --help to see what it takes".to_owned();
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (text, _) = text.split_once("\n\nUsage:").unwrap_or((text, ""));
    let (text, _) = text.split_once("\n\nFor more information").unwrap_or((text, ""));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cli;
    use clap::Parser as _;

    fn said(arguments: &[&str]) -> String {
        let Err(error) = Cli::try_parse_from([&["ringbolt"], arguments].concat()) else { panic!("{arguments:?}") };
        sentence(&error)
    }

    #[test]
    fn a_mistyped_command_line_is_one_sentence_without_the_usage() {
        for (arguments, expected) in [
            (&["caller", "shwo"][..], "unrecognized subcommand 'shwo' tip: a similar subcommand exists: 'show'"),
            (&["caller", "show"], "the following required arguments were not provided: --realm <REALM> <USER>"),
            (&["caller"], "the command is incomplete: add --help to see what it takes"),
            (
                &["pin", "generate", "--realm", "bank", "1", "--digits", "3"],
                "invalid value '3' for '--digits <NUMBER>': 3 is not in 4..=12",
            ),
        ] {
            assert!(said(arguments).starts_with(expected), "{arguments:?}: {}", said(arguments));
        }
    }

    #[test]
    fn json_is_wanted_wherever_the_option_is() {
        let wants = |arguments: &[&str]| wants_json(arguments.iter().map(OsString::from));
        assert!(wants(&["--json", "caller"]) && wants(&["caller", "shwo", "--json"]));
        assert!(!wants(&["caller"]) && !wants(&["flow", "check", "--", "--json"]));
    }
}
