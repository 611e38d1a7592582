//! What is found in flow files, whatever its kind, and which of the files can be used.

use super::source::{self, Unreadable};
use ringbolt_core::flow::{Checked, Flow, Mistake, Severity};
use std::{collections::BTreeMap, path::PathBuf};

/// A flow file that was looked at.
#[derive(Debug)]
pub(super) struct Examined {
    /// Its path.
    pub(super) name: String,
    /// Its text, as far as there is one.
    pub(super) text: String,
    /// The flow, where nothing in it is an error.
    pub(super) flow: Option<Flow>,
    pub(super) findings: Vec<Finding>,
}

/// Something that is wrong with a file.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// Where, if it has a place: line and column, both from 1, the column in characters.
    pub(super) place: Option<(usize, usize)>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Examined {
    /// Checks a text.
    pub(super) fn new(name: String, text: String) -> Self {
        let Checked { flow, findings } = Flow::check(&text);
        Self { name, text, flow, findings: findings.into_iter().map(Finding::from).collect() }
    }

    fn unreadable(name: String, error: Unreadable) -> Self {
        let mut finding = Finding::error(None, error.to_string());
        finding.help = error.help().map(str::to_owned);
        let Unreadable::NotUtf8 { shown, good_bytes } = error else {
            return Self { name, text: String::new(), flow: None, findings: vec![finding] };
        };
        let good = shown.get(..good_bytes).unwrap_or_default();
        let line_start = good.rfind('\n').map_or(0, |newline| newline + 1);
        let column = good[line_start..].chars().count() + 1;
        finding.place = Some((good.matches('\n').count() + 1, column));
        Self { name, text: shown, flow: None, findings: vec![finding] }
    }

    /// How many findings are of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether anything in it is an error.
    pub(super) fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    fn is_wrong(&mut self, finding: Finding) {
        self.flow = None;
        self.findings.push(finding);
    }
}

impl Finding {
    fn error(place: Option<(usize, usize)>, message: String) -> Self {
        Self { severity: Severity::Error, place, message, help: None }
    }
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        let Mistake { severity, line, column, message, help } = mistake;
        Self { severity, place: Some((line, column)), message, help }
    }
}

/// Reads and checks every file; one that cannot be read does not keep the others from being checked. With
/// `deny_warnings`, warnings are errors.
pub(super) fn examine(paths: &[PathBuf], deny_warnings: bool) -> Vec<Examined> {
    let mut files: Vec<Examined> = source::read(paths)
        .into_iter()
        .map(|source| match source.text {
            Ok(text) => Examined::new(source.name, text),
            Err(error) => Examined::unreadable(source.name, error),
        })
        .collect();
    refuse_repeated_names(&mut files);
    if deny_warnings {
        for file in &mut files {
            for finding in &mut file.findings {
                finding.severity = Severity::Error;
            }
            file.flow = file.flow.take().filter(|_| file.findings.is_empty());
        }
    }
    files
}

/// A deployment has one flow of a name.
fn refuse_repeated_names(files: &mut [Examined]) {
    let mut first = BTreeMap::new();
    for file in files {
        let Some(name) = file.flow.as_ref().map(|flow| flow.name.clone()) else { continue };
        if let Some(other) = first.get(&name) {
            let message = format!("the flow `{name}` is in {other} already");
            let mut finding = Finding::error(place_of_name(&file.text), message);
            finding.help = Some("give one of the two another name".to_owned());
            file.is_wrong(finding);
        } else {
            first.insert(name, file.name.clone());
        }
    }
}

/// Where the key `flow` stands: at the beginning of a line, unless its author writes YAML as JSON.
fn place_of_name(text: &str) -> Option<(usize, usize)> {
    let index = text.lines().position(|line| line.trim_start_matches('\u{feff}').starts_with("flow:"))?;
    Some((index + 1, 1))
}
