//! `ringbolt flow check`

use super::{
    findings::{Examined, ForProviders, examine},
    render::complain,
};
use crate::{
    exit::Reported,
    output::{Output, harmless},
    provider::Provider,
    stage::StageArg,
};
use clap::Args;
use ringbolt_core::{flow::Severity, text::counted};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Check call flows, and report every mistake with its line
///
/// A flow with an error cannot be used. Warnings are about what is legal but unwise. If several files are given, they are
/// also checked together: names are unique, and the flows of a realm have the same lockout and identifier. With --for, a
/// flow also has errors if that provider cannot use it; without, if no provider can.
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 no errors, 1 errors\n\nExamples:\n  ringbolt flow check flows/\n  ringbolt flow check \
                        --for twiml flows/bank.yaml"
)]
pub(super) struct Check {
    /// Flow files, folders, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    providers: ForProviders,
    #[command(flatten)]
    stage: StageArg,
}

/// What was found in call flows.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Checks {
    /// The number of files.
    files: usize,
    /// The number of errors. With one, the file's flow cannot be used.
    errors: usize,
    /// The number of warnings.
    warnings: usize,
    /// The errors and warnings, by file.
    findings: Vec<Problem>,
}

/// An error or a warning.
#[derive(Serialize, JsonSchema)]
struct Problem {
    /// The file, as given.
    file: String,
    /// `error` or `warning`.
    severity: &'static str,
    /// The line, from 1; null if it is about the whole file.
    line: Option<usize>,
    /// The column in characters, from 1; null if it is about the whole file.
    column: Option<usize>,
    /// What is wrong.
    message: String,
    /// What to do; null if the message says it.
    help: Option<String>,
    /// The provider that cannot use the flow or part of it: `dialogtech`, `wix-answers` or `twiml`, as given with `--for`,
    /// or `twiml` if no provider can use the flow; null if the finding does not depend on the provider.
    provider: Option<&'static str>,
}

impl Check {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        let mut files = examine(&self.files, self.deny_warnings, self.stage.name().as_deref());
        self.providers.require(&mut files, self.deny_warnings);
        let for_providers = self.providers.in_words();
        if out.json() {
            out.document(&document(&files))?;
        } else {
            for file in &files {
                match &file.flow {
                    Some(flow) if file.findings.is_empty() => {
                        out.say(&format!(
                            "{}: the flow `{}` is in order{for_providers}",
                            harmless(&file.name),
                            flow.name
                        ));
                    }
                    _ => complain(file, out),
                }
            }
        }
        match files.iter().filter(|file| file.has_errors()).count() {
            0 => Ok(()),
            bad => Err(Reported::new(format!("{} cannot be used{for_providers}", counted(bad, "file")))),
        }
    }
}

fn document(files: &[Examined]) -> Checks {
    let count = |severity| files.iter().map(|file| file.count(severity)).sum();
    let problems = files.iter().flat_map(|file| {
        file.findings.iter().map(|finding| {
            let (line, column) = finding.place.unzip();
            Problem {
                file: file.name.clone(),
                severity: finding.severity_word(),
                line,
                column,
                message: finding.message.clone(),
                help: finding.help.clone(),
                provider: finding.provider.map(Provider::word),
            }
        })
    });
    Checks {
        files: files.len(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: problems.collect(),
    }
}
