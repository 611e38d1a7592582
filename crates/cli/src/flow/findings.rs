//! Reads and checks flow files, and says which of them can be used.

mod required;
mod stale;

pub(super) use required::{ForProviders, refuse_unplayable};

use super::{
    excerpt::lines,
    source::{self, Unreadable},
};
use crate::provider::Provider;
use ringbolt_core::{
    flow::{Checked, Flow, Mistake, Severity, Unproven},
    realm::{self, Disagreement, RealmRules},
};
use ringbolt_lambda::app::system_clock;
use std::{collections::BTreeMap, path::PathBuf};

/// A checked flow file.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    /// Its path.
    pub(super) name: String,
    /// Its text; empty if it could not be read.
    pub(super) text: String,
    /// The flow, if it has no error.
    pub(super) flow: Option<Flow>,
    /// What can be drawn if the only errors are proof failures.
    pub(super) unproven: Option<Unproven>,
    pub(super) findings: Vec<Finding>,
}

/// A mistake in a file.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// Line and column, if known; both count from 1, and columns are characters.
    pub(super) place: Option<(usize, usize)>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The provider for which it was found; `None` if it is one for every provider.
    pub(super) provider: Option<Provider>,
}

impl Examined {
    /// Checks a text at a stage.
    pub(super) fn new(name: String, text: String, stage: Option<&str>) -> Self {
        let Checked { flow, unproven, findings } = Flow::check(&text, stage);
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

    /// A file that isn't a flow, with what is wrong with it.
    pub(super) fn of_findings(name: String, text: String, findings: Vec<Finding>) -> Self {
        Self { name, text, flow: None, unproven: None, findings }
    }

    /// The number of findings of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether it has an error.
    pub(super) fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Turns its warnings into errors.
    fn deny_warnings(&mut self) {
        for finding in &mut self.findings {
            finding.severity = Severity::Error;
        }
        if !self.findings.is_empty() {
            self.flow = None;
        }
    }

    fn refuse(&mut self, finding: Finding) {
        self.flow = None;
        self.findings.push(finding);
    }
}

impl Finding {
    /// `error` or `warning`.
    pub(super) fn severity_word(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// An error.
    pub(super) fn error(place: Option<(usize, usize)>, message: String) -> Self {
        Self { severity: Severity::Error, place, message, help: None, provider: None }
    }
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        let Mistake { severity, line, column, message, help } = mistake;
        Self { severity, place: Some((line, column)), message, help, provider: None }
    }
}

/// Reads and checks every file, alone and together. An unreadable file does not keep the others from being checked. With
/// `deny_warnings`, warnings are errors.
pub(super) fn examine(paths: &[PathBuf], deny_warnings: bool, stage: Option<&str>) -> Vec<Examined> {
    let mut files: Vec<Examined> = source::read(paths)
        .into_iter()
        .map(|source| match source.text {
            Ok(text) => Examined::new(source.name, text, stage),
            Err(error) => Examined::unreadable(source.name, error),
        })
        .collect();
    refuse_repeated_names(&mut files);
    refuse_disagreement(&mut files, &[]);
    for file in &mut files {
        file.findings.extend(stale::warnings(file, system_clock()()));
    }
    if deny_warnings {
        files.iter_mut().for_each(Examined::deny_warnings);
    }
    files
}

/// The line and column after a text.
fn end(text: &str) -> (usize, usize) {
    let (mut line, mut column) = (0, 0);
    for text in lines(text) {
        (line, column) = (line + 1, text.chars().count() + 1);
    }
    (line, column)
}

/// Flow names are unique in a deployment.
fn refuse_repeated_names(files: &mut [Examined]) {
    let mut first = BTreeMap::new();
    for file in files {
        let Some(name) = file.flow.as_ref().map(|flow| flow.name.clone()) else { continue };
        if let Some(other) = first.get(&name) {
            let message = format!("{other} already has the flow `{name}`");
            let mut finding = Finding::error(place_of(&file.text, "flow"), message);
            finding.help = Some("rename one of the two".to_owned());
            file.refuse(finding);
        } else {
            first.insert(name, file.name.clone());
        }
    }
}

/// Refuses files whose flow disagrees about its realm with one of the other `live` flows, or with an earlier file.
pub(super) fn refuse_disagreement(files: &mut [Examined], live: &[Flow]) {
    let given: Vec<Flow> = files.iter().filter_map(|file| file.flow.clone()).collect();
    for conflict in realm::conflicts(live.iter().chain(&given).map(rules)) {
        let of_conflict = |file: &&mut Examined| file.flow.as_ref().is_some_and(|flow| flow.name == conflict.second);
        let Some(file) = files.iter_mut().find(of_conflict) else { continue };
        let key = match &conflict.about {
            Disagreement::Lockout(_) => "lockout",
            Disagreement::Identifier(..) => "identifier",
        };
        let place = place_of(&file.text, key).or_else(|| place_of(&file.text, "realm"));
        let mut finding = Finding::error(place, conflict.to_string());
        if live.iter().any(|flow| flow.name == conflict.first) {
            finding.help = Some("to change a realm, push all its flows in one command".to_owned());
        }
        file.findings.push(finding);
    }
    for file in files.iter_mut().filter(|file| file.has_errors()) {
        file.flow = None;
    }
}

fn rules(flow: &Flow) -> RealmRules<'_> {
    let Flow { name, realm, lockout, identifier, .. } = flow;
    RealmRules { flow: name, realm, lockout, identifier: *identifier }
}

/// The place of a top-level key. `None` if it is not at the beginning of a line, as in YAML that is written as JSON.
fn place_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let index = lines(text).position(is_key)?;
    Some((index + 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../../flows/demo.yaml");

    #[test]
    fn a_warning_leaves_a_flow_usable_until_warnings_are_denied() {
        let warning = Finding { severity: Severity::Warning, ..Finding::error(Some((1, 1)), "unwise".to_owned()) };
        let mut file = Examined::new("demo.yaml".to_owned(), DEMO.to_owned(), None);
        file.findings = vec![warning];
        assert!(!file.has_errors() && file.flow.is_some());
        file.deny_warnings();
        assert!(file.has_errors() && file.flow.is_none());
        let mut file = Examined::new("demo.yaml".to_owned(), DEMO.to_owned(), None);
        file.findings.clear();
        file.deny_warnings();
        assert!(file.flow.is_some());
    }

    #[test]
    fn an_invalid_byte_is_placed_after_the_text_before_it() {
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
