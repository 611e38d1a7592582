//! Confirmation before a change that cannot be undone.

use crate::{exit::Usage, output::Output};
use anyhow::{Context as _, bail};
use clap::Args;
use std::io::{IsTerminal as _, Write as _, stderr, stdin};

/// `--yes`
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Confirm {
    /// Do not ask for confirmation
    #[arg(long, short = 'y')]
    yes: bool,
}

impl Confirm {
    /// Asks at the terminal. Only `y` and `yes` continue.
    ///
    /// # Errors
    /// The answer is different, or there is no `--yes` and nobody to ask: no terminal, or `--json`.
    pub(crate) fn ask(self, out: Output, question: &str) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        if out.json() {
            return Err(Usage::new(format!("{question} With --json nothing is asked: add --yes to confirm")));
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            return Err(Usage::new(format!("{question} There is no terminal to ask at: add --yes to confirm")));
        }
        write!(stderr(), "{question} [y/N] ")
            .and_then(|()| stderr().flush())
            .context("cannot write to the terminal")?;
        let mut answer = String::new();
        stdin().read_line(&mut answer).context("the answer could not be read")?;
        if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            bail!("nothing was changed");
        }
        Ok(())
    }
}
