//! Where a PIN comes from: the keyboard, unseen, or standard input. Never the command line.

use crate::{
    exit::{Interrupted, Usage},
    stop::StopSignal,
};
use anyhow::{Context as _, bail};
use clap::Args;
use ringbolt_core::{
    identity::CallerId,
    pin::{CallerPin, policy},
};
use std::io::{BufRead as _, ErrorKind, IsTerminal as _, stdin};
use zeroize::Zeroizing;

/// How the PIN is given.
#[derive(Args, Clone, Copy)]
pub(super) struct PinInput {
    /// Read the PIN from the first line of standard input; else it is asked for at the terminal, unseen
    #[arg(long)]
    stdin: bool,
}

/// Whether a weak PIN is taken.
#[derive(Args, Clone, Copy)]
pub(super) struct Weak {
    /// Take a PIN that is easy to guess
    #[arg(long)]
    allow_weak: bool,
}

impl PinInput {
    /// A new PIN: asked for twice.
    pub(super) fn new_pin(self) -> anyhow::Result<CallerPin> {
        let pin = self.read("PIN: ")?;
        if !self.stdin && self.read("The same PIN again: ")? != pin {
            bail!("these were two different PINs; nothing was changed");
        }
        Ok(pin)
    }

    /// A PIN that somebody has: asked for once.
    pub(super) fn known_pin(self) -> anyhow::Result<CallerPin> {
        self.read("PIN: ")
    }

    fn read(self, prompt: &str) -> anyhow::Result<CallerPin> {
        let line = if self.stdin {
            let mut line = Zeroizing::new(String::new());
            stdin().lock().read_line(&mut line).context("the PIN could not be read from standard input")?;
            line
        } else {
            if !stdin().is_terminal() {
                return Err(Usage::new(
                    "there is no terminal to ask for the PIN at: give it on standard input, with --stdin",
                ));
            }
            asked(prompt)?
        };
        Ok(CallerPin::parse(&line)?)
    }
}

/// Asks, unseen. Ctrl-C must not end the process while the terminal shows nothing: it would stay so.
fn asked(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let mut stop = StopSignal::listen()?;
    let answer = match rpassword::prompt_password(prompt) {
        Ok(answer) => Zeroizing::new(answer),
        Err(error) if error.kind() == ErrorKind::Interrupted => {
            return Err(Interrupted::new("interrupted; nothing was changed"));
        }
        Err(error) => return Err(error).context("the PIN could not be read from the terminal"),
    };
    // From here on it ends the process as before.
    tokio::spawn(async move {
        stop.came().await;
        std::process::exit(130);
    });
    Ok(answer)
}

impl Weak {
    /// # Errors
    /// The PIN is easy to guess, and that was not insisted on. The sentence does not have the PIN.
    pub(super) fn check(self, caller: &CallerId, pin: &CallerPin) -> anyhow::Result<()> {
        match policy::weakness_for(pin.digits(), caller.user.as_str()) {
            Some(weakness) if !self.allow_weak => {
                bail!("this PIN is easy to guess. {weakness} Take another, or insist with --allow-weak")
            }
            _ => Ok(()),
        }
    }
}
