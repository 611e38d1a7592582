//! Asking before something is changed that cannot be taken back.

use crate::exit::Usage;
use anyhow::{Context as _, bail};
use clap::Args;
use std::io::{IsTerminal as _, Write as _, stderr, stdin};

/// `--yes`
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Confirm {
    /// Do not ask
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Confirm {
    /// Asks, where a person is there to answer; only `y` and `yes` go on.
    ///
    /// # Errors
    /// The answer is another, or nobody can answer and `--yes` is not there.
    pub(crate) fn ask(self, question: &str) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            return Err(Usage::new(format!("{question} Nobody is at a terminal to answer: add --yes to do it")));
        }
        write!(stderr(), "{question} [y/N] ")
            .and_then(|()| stderr().flush())
            .context("the terminal cannot be written")?;
        let mut answer = String::new();
        stdin().read_line(&mut answer).context("the answer could not be read")?;
        if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            bail!("nothing was changed");
        }
        Ok(())
    }
}
