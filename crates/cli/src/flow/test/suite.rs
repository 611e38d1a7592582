//! The flows to test, with their scripted calls.

use super::super::{
    findings::{Examined, Finding, examine},
    render::complain,
};
use crate::{exit::Usage, output::Output};
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::is_of_calls;
use ringbolt_simulator::script::Script;
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Flows, their scripted calls, and what is wrong with either.
pub(super) struct Suite {
    pub(super) flows: Vec<Tested>,
    /// Flow files with errors, and files of scripted calls with errors.
    mistaken: Vec<Examined>,
}

/// A flow with its scripted calls.
pub(super) struct Tested {
    /// The flow's file.
    pub(super) file: String,
    pub(super) flow: Arc<Flow>,
    /// Whether its proof fails: it is explored only.
    pub(super) unproven: bool,
    /// The file of scripted calls.
    pub(super) calls_file: PathBuf,
    /// `None` if there is no such file, or it has mistakes.
    pub(super) script: Option<Script>,
}

impl Suite {
    /// Reads flows and their calls, which are in `calls` if that is given. With `explore`, flows whose proof fails are taken
    /// too.
    ///
    /// # Errors
    /// `calls` is given, and there are several flows.
    pub(super) fn read(
        paths: &[PathBuf],
        calls: Option<&Path>,
        stage: Option<&str>,
        explore: bool,
    ) -> anyhow::Result<Self> {
        let files = examine(paths, false, stage);
        if calls.is_some() && files.len() > 1 {
            return Err(Usage::new("--calls belongs to a single flow"));
        }
        Ok(Self::of(&files, calls, explore))
    }

    pub(super) fn of(files: &[Examined], calls: Option<&Path>, explore: bool) -> Self {
        let mut suite = Self { flows: Vec::new(), mistaken: Vec::new() };
        for file in files {
            if file.has_errors() {
                suite.mistaken.push(file.clone());
            }
            let unproven = file.unproven.as_ref().filter(|_| explore).map(|unproven| (*unproven.flow).clone());
            let is_unproven = file.flow.is_none();
            let Some(flow) = file.flow.clone().or(unproven) else { continue };
            let mut tested = Tested {
                file: file.name.clone(),
                flow: Arc::new(flow),
                unproven: is_unproven,
                calls_file: calls.map_or_else(|| calls_file(Path::new(&file.name)), Path::to_owned),
                script: None,
            };
            suite.load(&mut tested, calls.is_some());
            suite.flows.push(tested);
        }
        suite
    }

    fn load(&mut self, tested: &mut Tested, must_exist: bool) {
        let name = tested.calls_file.display().to_string();
        let text = match fs::read_to_string(&tested.calls_file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => return,
            Err(error) => {
                let finding = Finding::error(None, format!("this file cannot be read: {error}"));
                return self.mistaken.push(Examined::of_findings(name, String::new(), vec![finding]));
            }
        };
        match Script::load(&text, &tested.flow) {
            Ok(script) => tested.script = Some(script),
            Err(mistakes) => {
                let findings = mistakes.0.into_iter().map(Finding::from).collect();
                self.mistaken.push(Examined::of_findings(name, without_digits(&text), findings));
            }
        }
    }

    /// Prints what is wrong.
    pub(super) fn complain(&self, out: Output) {
        self.mistaken.iter().for_each(|file| complain(file, out));
    }

    /// Whether anything is wrong with a file.
    pub(super) fn has_errors(&self) -> bool {
        !self.mistaken.is_empty()
    }

    /// What is wrong, for JSON.
    pub(super) fn mistaken(&self) -> &[Examined] {
        &self.mistaken
    }
}

/// The endings of flows and scripted calls.
const ENDINGS: [&str; 2] = ["yaml", "yml"];

/// The calls of `bank.yaml`: `bank.calls.yaml`, or `bank.calls.yml` if only that exists.
pub(super) fn calls_file(flow: &Path) -> PathBuf {
    let extension = flow.extension().and_then(|extension| extension.to_str()).unwrap_or("yaml");
    let named = |ending: &str| flow.with_extension(format!("calls.{ending}"));
    let same = named(extension);
    if same.is_file() {
        return same;
    }
    ENDINGS.into_iter().map(named).find(|file| file.is_file()).unwrap_or(same)
}

/// The flow to which scripted calls belong. `None` if it does not exist, or has others.
pub(super) fn flow_of(calls: &Path) -> Option<PathBuf> {
    // Without `.yaml`, and then without `.calls`.
    let name = calls.with_extension("");
    let flows = ENDINGS.into_iter().map(|ending| name.with_extension(ending));
    flows.into_iter().find(|flow| flow.is_file() && calls_file(flow) == *calls)
}

/// Files of scripted calls in these folders, or among these files, that no flow has.
pub(super) fn without_flow(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let files = |path: &PathBuf| match path.read_dir() {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(_) => vec![path.clone()],
    };
    let calls = paths.iter().flat_map(files).filter(|file| is_of_calls(file) && file.is_file());
    calls.filter(|file| flow_of(file).is_none()).collect()
}

/// The text as it may be shown next to a mistake: digits could be a PIN.
fn without_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '•' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_a_flow_are_next_to_it() {
        for (flow, calls) in [("flows/bank.yaml", "flows/bank.calls.yaml"), ("bank.yml", "bank.calls.yml")] {
            assert_eq!(calls_file(Path::new(flow)), Path::new(calls));
        }
    }

    #[test]
    fn the_calls_of_a_flow_may_have_the_other_ending_and_those_of_no_flow_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a.yml", "a.calls.yaml", "b.yaml", "b.calls.yaml", "b.calls.yml", "c.calls.yaml"] {
            fs::write(path(name), "").unwrap();
        }
        for (flow, calls) in [("a.yml", "a.calls.yaml"), ("b.yaml", "b.calls.yaml")] {
            assert_eq!((calls_file(&path(flow)), flow_of(&path(calls))), (path(calls), Some(path(flow))));
        }
        let others = [path("b.calls.yml"), path("c.calls.yaml")];
        assert!(without_flow(&[folder.path().to_owned()]).iter().eq(&others));
        assert!(without_flow(&[path("b.yaml"), path("c.calls.yaml")]).iter().eq(&others[1..]));
    }
}
