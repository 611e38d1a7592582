//! `ringbolt completions`

use crate::{Cli, exit::Usage, output::Output};
use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::io::{ErrorKind, Write as _, stdout};

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "Example: ringbolt completions bash > ~/.local/share/bash-completion/completions/ringbolt")]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, out: Output) -> anyhow::Result<()> {
        if out.json() {
            return Err(Usage::new("completions are a script for a shell and have no JSON form: leave out --json"));
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ringbolt", &mut script);
        match stdout().write_all(&script).and_then(|()| stdout().flush()) {
            // `| head` closes the pipe early.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.context("the completions could not be written"),
        }
    }
}
