//! `ringbolt completions`

use crate::Cli;
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
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ringbolt", &mut script);
        match stdout().write_all(&script) {
            // `| head` closes the pipe early.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.context("the completions could not be written"),
        }
    }
}
