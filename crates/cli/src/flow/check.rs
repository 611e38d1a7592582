//! `ringbolt flow check`

use super::{
    findings::{Examined, examine},
    render::complain,
};
use crate::{
    exit::Failed,
    output::{Output, harmless},
    stage::StageArg,
};
use clap::Args;
use ringbolt_core::flow::Severity;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Check call flows, and report every mistake with its line
///
/// A flow with an error cannot be used. Warnings are about what is legal but unwise. If several files are given, they are
/// also checked together: names are unique, and the flows of a realm have the same lockout and identifier. With --json, it
/// prints an array of objects with file, severity, line, column, message and help; line and column count from 1, and
/// columns are characters.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 no errors, 1 errors\n\nExample: ringbolt flow check flows/")]
pub(super) struct Check {
    /// Flow files, folders, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    stage: StageArg,
}

impl Check {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        let files = examine(&self.files, self.deny_warnings, self.stage.name().as_deref());
        if out.json() {
            out.document(&files.iter().flat_map(as_json).collect::<Vec<_>>())?;
        } else {
            for file in &files {
                match &file.flow {
                    Some(flow) if file.findings.is_empty() => {
                        out.say(&format!("{}: the flow `{}` is in order", harmless(&file.name), flow.name));
                    }
                    _ => complain(file),
                }
            }
        }
        if files.iter().any(Examined::has_errors) { Err(Failed.into()) } else { Ok(()) }
    }
}

fn as_json(file: &Examined) -> impl Iterator<Item = Value> {
    file.findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (line, column) = finding.place.unzip();
        json!({
            "file": file.name,
            "severity": severity,
            "line": line,
            "column": column,
            "message": finding.message,
            "help": finding.help,
        })
    })
}
