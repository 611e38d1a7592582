//! `ringbolt man`

use crate::{Cli, exit::Usage, output::Output};
use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man;
use std::{
    fs,
    io::{ErrorKind, Write as _, stdout},
    path::PathBuf,
};

/// Print the manual page of a command, or write all manual pages to a folder
#[derive(Args)]
#[command(
    after_help = "Examples: ringbolt man pin set | man -l -\n          ringbolt man --out /usr/local/share/man/man1"
)]
pub(crate) struct ManCommand {
    /// Command, such as `pin set`; omit it for `ringbolt` itself
    command: Vec<String>,
    /// Write one page per command into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    out: Option<PathBuf>,
}

impl ManCommand {
    pub(crate) fn run(self, out: Output) -> anyhow::Result<()> {
        if let Some(folder) = &self.out {
            fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
                .with_context(|| format!("the manual pages could not be written to {}", folder.display()))?;
            out.say(&format!("The manual pages are in {}.", folder.display()));
            return Ok(());
        }
        if out.json() {
            return Err(Usage::new("a manual page has no JSON form: leave out --json"));
        }
        let mut whole = Cli::command();
        whole.build();
        let mut command = &whole;
        for name in &self.command {
            command = command
                .find_subcommand(name)
                .ok_or_else(|| Usage::new(format!("there is no command `ringbolt {}`", self.command.join(" "))))?;
        }
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page).context("the manual page could not be made")?;
        match stdout().write_all(&page).and_then(|()| stdout().flush()) {
            // `| head` closes the pipe early.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.context("the manual page could not be written"),
        }
    }
}
