//! The questions, and what was answered.

use super::hours::{Hours, default_zone};
use crate::{exit::Usage, provider::Provider};
use anyhow::Context as _;
use clap::ValueEnum;
use ringbolt_core::{identity::FlowName, number::PhoneNumber};
use std::io::{BufRead, Write};

/// What callers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Key an account number and a PIN
    Account,
    /// Key a PIN; Wix Answers knows who calls
    Wix,
    /// Choose from a menu, without a login
    Menu,
}

/// The answers so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) name: Option<FlowName>,
    pub(super) kind: Option<Kind>,
    pub(super) support: Option<PhoneNumber>,
    pub(super) hours: Option<Hours>,
    pub(super) zone: Option<String>,
    pub(super) provider: Option<Provider>,
}

/// All answers.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) name: FlowName,
    pub(super) kind: Kind,
    pub(super) support: PhoneNumber,
    pub(super) hours: Hours,
    pub(super) zone: String,
    pub(super) provider: Provider,
}

/// Where questions are asked.
pub(super) struct Questions<I, O> {
    pub(super) input: I,
    pub(super) output: O,
}

const NAME: &str = "helpline";
const SUPPORT: &str = "8005550120";
const HOURS: &str = "mon-fri 09:00-17:00";

impl Kind {
    /// Whether callers key a PIN.
    pub(super) fn has_login(self) -> bool {
        self != Self::Menu
    }

    /// The provider, if nothing else is said.
    fn provider(self) -> Provider {
        if self == Self::Wix { Provider::WixAnswers } else { Provider::Dialogtech }
    }
}

impl Given {
    /// Whether nothing is left to ask. Wix Answers is the only provider of its kind.
    pub(super) fn is_complete(&self) -> bool {
        self.missing().is_empty()
    }

    /// The options of the questions that are open.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let provider = self.provider.is_some() || self.kind == Some(Kind::Wix);
        let open = [
            (self.name.is_none(), "--name"),
            (self.kind.is_none(), "--kind"),
            (self.support.is_none(), "--support"),
            (self.hours.is_none(), "--hours"),
            (!provider, "--provider"),
        ];
        open.into_iter().filter_map(|(is_open, option)| is_open.then_some(option)).collect()
    }

    /// The answers, with the defaults for what is missing.
    ///
    /// # Errors
    /// The provider cannot do what callers are to do.
    pub(super) fn with_defaults(self) -> anyhow::Result<Answers> {
        let wix = self.provider == Some(Provider::WixAnswers);
        let kind = self.kind.unwrap_or(if wix { Kind::Wix } else { Kind::Account });
        let provider = self.provider.unwrap_or_else(|| kind.provider());
        if (provider == Provider::WixAnswers) != (kind == Kind::Wix) {
            return Err(Usage::new(
                "Wix Answers asks for a PIN only, and nobody else does: --provider wix-answers and --kind wix go together",
            ));
        }
        Ok(Answers {
            name: self.name.map_or_else(|| FlowName::parse(NAME), Ok)?,
            kind,
            support: self.support.map_or_else(|| PhoneNumber::parse(SUPPORT), Ok)?,
            hours: self.hours.map_or_else(|| Hours::parse(HOURS).map_err(Usage::new), Ok)?,
            zone: self.zone.unwrap_or_else(default_zone),
            provider,
        })
    }

    /// Asks for what is missing.
    ///
    /// # Errors
    /// The terminal cannot be read or written, or as [`Given::with_defaults`].
    pub(super) fn ask<I: BufRead, O: Write>(mut self, questions: &mut Questions<I, O>) -> anyhow::Result<Answers> {
        if self.name.is_none() {
            let parse = |text: &str| FlowName::parse(text).map_err(|error| error.to_string());
            self.name = Some(questions.ask("Name of the flow", NAME, parse)?);
        }
        if self.kind.is_none() {
            self.kind = Some(questions.choose("What do callers do?", Kind::value_variants())?);
        }
        if self.support.is_none() {
            let parse = |text: &str| PhoneNumber::parse(text).map_err(|error| error.to_string());
            self.support = Some(questions.ask("Number of the people who help", SUPPORT, parse)?);
        }
        if self.hours.is_none() {
            self.hours = Some(questions.ask("When they are there, or none for always", HOURS, Hours::parse)?);
        }
        if self.provider.is_none() && self.kind != Some(Kind::Wix) {
            self.provider =
                Some(questions.choose("Who sends the webhooks?", &[Provider::Dialogtech, Provider::Twiml])?);
        }
        self.with_defaults()
    }
}

impl<I: BufRead, O: Write> Questions<I, O> {
    /// Asks until the answer is valid. An empty one is the default.
    fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<T> {
        loop {
            write!(self.output, "{question} [{default}]: ")
                .and_then(|()| self.output.flush())
                .context("cannot write to the terminal")?;
            let mut line = String::new();
            if self.input.read_line(&mut line).context("the answer could not be read")? == 0 {
                anyhow::bail!("nothing was written");
            }
            let answer = if line.trim().is_empty() { default } else { line.trim() };
            match parse(answer) {
                Ok(answer) => return Ok(answer),
                Err(complaint) => writeln!(self.output, "  {complaint}").context("cannot write to the terminal")?,
            }
        }
    }

    /// Asks for one of several, by its number or its word. The first is the default.
    fn choose<T: ValueEnum>(&mut self, question: &str, choices: &[T]) -> anyhow::Result<T> {
        writeln!(self.output, "{question}").context("cannot write to the terminal")?;
        for (number, choice) in choices.iter().filter_map(ValueEnum::to_possible_value).enumerate() {
            let help = choice.get_help().map(ToString::to_string).unwrap_or_default();
            writeln!(self.output, "  {}  {:<12} {help}", number + 1, choice.get_name())
                .context("cannot write to the terminal")?;
        }
        let parse = |text: &str| {
            let by_number = text.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
            let is_named = |choice: &&T| choice.to_possible_value().is_some_and(|value| value.matches(text, true));
            let found = by_number.or_else(|| choices.iter().find(is_named));
            found.cloned().ok_or_else(|| format!("answer with a number from 1 to {}", choices.len()))
        };
        self.ask("Number", "1", parse)
    }
}
