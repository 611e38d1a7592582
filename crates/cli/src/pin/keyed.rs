//! Reading a PIN from the keyboard without echo or from standard input, but never from the command line.

use crate::{exit::Usage, keyboard};
use anyhow::{Context as _, bail};
use clap::Args;
use ringbolt_core::{
    identity::CallerId,
    pin::{CallerPin, policy},
};
use std::io::{BufRead as _, IsTerminal as _, stdin};
use zeroize::Zeroizing;

/// How the PIN is entered.
#[derive(Args, Clone, Copy)]
pub(super) struct PinInput {
    /// Read the PIN from the first line of standard input instead of the terminal
    #[arg(long)]
    stdin: bool,
}

/// Whether a weak PIN is accepted.
#[derive(Args, Clone, Copy)]
pub(super) struct Weak {
    /// Accept a PIN that is easy to guess
    #[arg(long)]
    allow_weak: bool,
}

impl PinInput {
    /// Reads a new PIN, asking twice at the terminal.
    pub(super) fn new_pin(self) -> anyhow::Result<CallerPin> {
        let pin = self.read("PIN: ")?;
        if !self.stdin && self.read("Repeat the PIN: ")? != pin {
            bail!("the two PINs are different; nothing was changed");
        }
        Ok(pin)
    }

    /// Reads an existing PIN, asking once.
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
                    "there is no terminal to ask for the PIN: give it on standard input with --stdin",
                ));
            }
            keyboard::ask(prompt, "the PIN")?
        };
        Ok(CallerPin::parse(&line)?)
    }
}

impl Weak {
    pub(super) fn is_allowed(self) -> bool {
        self.allow_weak
    }

    /// # Errors
    /// The PIN is easy to guess, and weak PINs are not allowed. The sentence does not contain the PIN.
    pub(super) fn check(self, caller: &CallerId, pin: &CallerPin) -> anyhow::Result<()> {
        match policy::weakness_for(pin.digits(), caller.user.as_str()) {
            Some(weakness) if !self.allow_weak => {
                bail!("this PIN is easy to guess. {weakness} Use another one, or give --allow-weak")
            }
            _ => Ok(()),
        }
    }
}
