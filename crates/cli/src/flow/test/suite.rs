//! The flows to test, with their scripted calls.

use super::super::{
    findings::{Examined, Finding, examine},
    render::complain,
};
use crate::{exit::Usage, output::Output};
use ringbolt_core::flow::Flow;
use ringbolt_simulator::script::Script;
use std::{
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

/// `bank.calls.yaml` for `bank.yaml`.
pub(super) fn calls_file(flow: &Path) -> PathBuf {
    let extension = flow.extension().and_then(|extension| extension.to_str()).unwrap_or("yaml");
    flow.with_extension(format!("calls.{extension}"))
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
}
