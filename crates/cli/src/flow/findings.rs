//! What is found in flow files, whatever its kind, and which of the files can be used.

use super::{
    excerpt::lines,
    source::{self, Unreadable},
};
use ringbolt_core::flow::{Checked, Flow, Mistake, Severity, Unproven};
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
    /// What can be drawn of it where only the proof fails.
    pub(super) unproven: Option<Unproven>,
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
        let Checked { flow, unproven, findings } = Flow::check(&text);
        Self { name, text, flow, unproven, findings: findings.into_iter().map(Finding::from).collect() }
    }

    fn unreadable(name: String, error: Unreadable) -> Self {
        let mut finding = Finding::error(None, error.to_string());
        finding.help = error.help().map(str::to_owned);
        let Unreadable::NotUtf8 { shown, good_bytes } = error else {
            return Self { name, text: String::new(), flow: None, unproven: None, findings: vec![finding] };
        };
        let good = shown.get(..good_bytes).unwrap_or_default();
        finding.place = Some(end(good));
        Self { name, text: shown, flow: None, unproven: None, findings: vec![finding] }
    }

    /// How many findings are of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether anything in it is an error.
    pub(super) fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Makes errors of its warnings.
    fn deny_warnings(&mut self) {
        for finding in &mut self.findings {
            finding.severity = Severity::Error;
        }
        if !self.findings.is_empty() {
            self.flow = None;
        }
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
        files.iter_mut().for_each(Examined::deny_warnings);
    }
    files
}

/// The line and the column after a text.
fn end(text: &str) -> (usize, usize) {
    let (mut line, mut column) = (0, 0);
    for text in lines(text) {
        (line, column) = (line + 1, text.chars().count() + 1);
    }
    (line, column)
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

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../../flows/demo.yaml");

    #[test]
    fn a_warning_leaves_a_flow_usable_until_warnings_are_denied() {
        let warning = Finding { severity: Severity::Warning, ..Finding::error(Some((1, 1)), "unwise".to_owned()) };
        let mut file = Examined::new("demo.yaml".to_owned(), DEMO.to_owned());
        file.findings = vec![warning];
        assert!(!file.has_errors() && file.flow.is_some());
        file.deny_warnings();
        assert!(file.has_errors() && file.flow.is_none());
        let mut file = Examined::new("demo.yaml".to_owned(), DEMO.to_owned());
        file.findings.clear();
        file.deny_warnings();
        assert!(file.flow.is_some());
    }

    #[test]
    fn the_place_of_a_broken_byte_is_where_the_text_before_it_ends() {
        for (bytes, place) in
            [(&b"flow: a\nr\xffb"[..], (2, 2)), (b"\xff", (1, 1)), ("é\ré\r\né\u{1f600}".as_bytes(), (3, 3))]
        {
            let mut bytes = bytes.to_vec();
            bytes.push(0xff);
            let error = String::from_utf8(bytes).unwrap_err();
            let good_bytes = error.utf8_error().valid_up_to();
            let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = Examined::unreadable("x".to_owned(), Unreadable::NotUtf8 { shown, good_bytes });
            assert_eq!(file.findings[0].place, Some(place));
        }
    }
}
