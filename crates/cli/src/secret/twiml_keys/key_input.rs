//! Reading a key from the keyboard without echo, from standard input or from a file, but never from the command line.

use crate::{exit::Usage, keyboard};
use anyhow::Context as _;
use clap::Args;
use std::{
    fs,
    io::{BufRead as _, IsTerminal as _, stdin},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// How the key is entered.
#[derive(Args)]
pub(super) struct KeyInput {
    /// Read the key from the first line of standard input instead of the terminal
    #[arg(long, conflicts_with = "key_file")]
    stdin: bool,
    /// Read the key from this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyInput {
    /// Reads the key, without white space around it.
    ///
    /// # Errors
    /// It cannot be read, or there is no terminal to ask at. The sentence does not contain it.
    pub(super) fn read(&self, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
        let text = match &self.key_file {
            Some(file) => Zeroizing::new(
                fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?,
            ),
            None if self.stdin => {
                let mut line = Zeroizing::new(String::new());
                stdin().lock().read_line(&mut line).context("the key could not be read from standard input")?;
                line
            }
            None if !stdin().is_terminal() => {
                return Err(Usage::new(
                    "there is no terminal to ask for the key: give it on standard input with --stdin, or in a file with --key-file",
                ));
            }
            None => keyboard::ask(prompt, "the key")?,
        };
        Ok(Zeroizing::new(text.trim().to_owned()))
    }
}
