//! `ringbolt init`

mod answers;
mod callers;
mod calls;
mod flow;
mod hours;
#[cfg(test)]
mod tests;

use crate::{exit::Usage, output::Output, provider::Provider};
use answers::{Answers, Given, Kind, Questions};
use anyhow::{Context as _, bail};
use callers::Callers;
use clap::Args;
use hours::Hours;
use ringbolt_core::{dialects::DIALECTS, flow::Flow, identity::FlowName, number::PhoneNumber};
use ringbolt_dev::private_file;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    fs,
    io::{IsTerminal as _, stderr, stdin},
    path::{Path, PathBuf},
};

/// Write a first call flow, two callers for it and scripted calls
///
/// Asks what the flow is for. Each question has an option, and --yes takes the defaults for the rest, so that it also
/// runs without a terminal. The callers are invented, and their PINs are random. Existing files are left alone.
#[derive(Args)]
#[command(after_help = "Example: ringbolt init flows --name bank --kind account --support 8005550120 --yes")]
pub(crate) struct Init {
    /// Folder for the files
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Name of the flow, as in the webhooks' addresses
    #[arg(long, value_parser = |text: &str| FlowName::parse(text))]
    name: Option<FlowName>,
    /// What callers do
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Number of the people who help: ten digits
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| PhoneNumber::parse(text))]
    support: Option<PhoneNumber>,
    /// When they are there, such as "mon-fri 09:00-17:00"; none: always
    #[arg(long, value_parser = Hours::parse)]
    hours: Option<Hours>,
    /// Time zone of the hours [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Who sends the webhooks
    #[arg(long, value_enum)]
    provider: Option<Provider>,
    /// Take the defaults, and ask nothing
    #[arg(long, short = 'y')]
    yes: bool,
    /// Replace existing files
    #[arg(long)]
    overwrite: bool,
}

/// The files that were written.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Written {
    /// The flow's name.
    flow: String,
    /// The paths of the files: the flow, the callers if it has a login, and the scripted calls.
    written: Vec<String>,
    /// Those of them that existed before.
    replaced: Vec<String>,
}

/// A file to be written.
struct Planned {
    path: PathBuf,
    text: String,
    /// Whether it holds PINs, so that only its owner may read it.
    is_private: bool,
}

impl Init {
    pub(crate) fn run(self, out: Output) -> anyhow::Result<()> {
        let given = Given {
            name: self.name.clone(),
            kind: self.kind,
            support: self.support.clone(),
            hours: self.hours.clone(),
            zone: self.zone.clone(),
            provider: self.provider,
        };
        let answers = if self.yes || given.is_complete() {
            given.with_defaults()?
        } else if !out.json() && stdin().is_terminal() && stderr().is_terminal() {
            given.ask(&mut Questions { input: stdin().lock(), output: stderr() })?
        } else {
            let missing = given.missing().join(", ");
            return Err(Usage::new(format!(
                "{}: give {missing}, or add --yes for the defaults",
                if out.json() { "with --json nothing is asked" } else { "there is no terminal to ask at" }
            )));
        };
        let files = self.planned(&answers)?;
        let existing: Vec<String> =
            files.iter().filter(|file| file.path.symlink_metadata().is_ok()).map(|file| shown(&file.path)).collect();
        if !existing.is_empty() && !self.overwrite {
            let verb = if existing.len() == 1 { "exists" } else { "exist" };
            bail!(
                "{} {verb} already, so nothing was written: choose another --name, or add --overwrite",
                existing.join(", ")
            );
        }
        fs::create_dir_all(&self.folder).with_context(|| format!("{} cannot be created", self.folder.display()))?;
        for file in &files {
            write(file).with_context(|| format!("{} cannot be written", file.path.display()))?;
        }
        self.report(out, &answers, &files, &existing)
    }

    fn planned(&self, answers: &Answers) -> anyhow::Result<Vec<Planned>> {
        let flow = flow::text(answers);
        // What the options allow must load; if it does not, a value in them is the reason.
        let checked = Flow::check(&flow, None);
        if let Some(finding) = checked.findings.first() {
            return Err(Usage::new(format!("these answers make no valid flow: {}", finding.message)));
        }
        let callers = Callers::draw(answers.kind)?;
        let file = |end: &str, text, is_private| Planned {
            path: self.folder.join(format!("{}.{end}", answers.name)),
            text,
            is_private,
        };
        let mut files = vec![file("yaml", flow, false)];
        if answers.kind.has_login() {
            files.push(file("callers.csv", callers.csv(), true));
        }
        files.push(file("calls.yaml", calls::text(answers, &callers), answers.kind.has_login()));
        Ok(files)
    }

    fn report(&self, out: Output, answers: &Answers, files: &[Planned], replaced: &[String]) -> anyhow::Result<()> {
        let paths: Vec<String> = files.iter().map(|file| shown(&file.path)).collect();
        if out.json() {
            let replaced = replaced.to_vec();
            return out.document(&Written { flow: answers.name.to_string(), written: paths, replaced });
        }
        for path in &paths {
            out.say(&format!("{} {path}", if replaced.contains(path) { "Replaced" } else { "Wrote" }));
        }
        let flow = &paths[0];
        let callers = match answers.kind.has_login() {
            true => format!(" --callers {}", paths[1]),
            false => String::new(),
        };
        let ids = match answers.provider {
            Provider::Dialogtech => "put the ids of your own building blocks into the flow",
            Provider::WixAnswers => "put the GUIDs of your own IVRs into the flow",
            Provider::Twiml => "put your own texts into the flow",
        };
        out.say(&format!(
            "\nNext: try it with `ringbolt dev --flow {flow}{callers}`, play the scripted calls with `ringbolt flow test {flow}`, \
             {ids}, and publish it with `ringbolt flow push --stack NAME {flow}`."
        ));
        let is_answered = |flow: &Flow| DIALECTS.iter().any(|dialect| dialect.is_answered_by(flow));
        if !Flow::load(&files[0].text).is_ok_and(|flow| is_answered(&flow)) {
            out.note(
                "This version has no webhook for the provider yet: the flow can be checked and drawn, but not called.",
            );
        }
        Ok(())
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn write(file: &Planned) -> std::io::Result<()> {
    if file.is_private {
        return private_file::replace(&file.path, file.text.as_bytes());
    }
    fs::write(&file.path, &file.text)
}
