//! The results of the calls.

use super::suite::Suite;
use ringbolt_core::flow::graph::RuleId;
use ringbolt_core::outcome::Outcome;
use ringbolt_simulator::{
    coverage::Coverage,
    explore::{Explored, Finding},
    script::Played,
};
use std::time::Duration;

/// Everything that was played.
#[derive(Default)]
pub(super) struct Results {
    pub(super) calls: Vec<CallResult>,
    pub(super) worlds: Vec<WorldResult>,
}

/// The result of a scripted call.
pub(super) struct CallResult {
    /// The index of its flow.
    pub(super) flow: usize,
    pub(super) name: String,
    /// The line where it begins.
    pub(super) line: usize,
    pub(super) played: Played,
    pub(super) took: Duration,
}

/// The result of exploring one way in which calls begin.
pub(super) struct WorldResult {
    /// The index of its flow.
    pub(super) flow: usize,
    pub(super) explored: Explored,
}

/// How much of a flow was reached.
pub(super) struct FlowCoverage {
    /// The flow's name.
    pub(super) flow: String,
    /// Its file.
    pub(super) file: String,
    pub(super) coverage: Coverage,
}

/// What exploration has found in a flow.
pub(super) struct FlowExplored<'r> {
    pub(super) flow: &'r str,
    pub(super) file: &'r str,
    /// The shortest call for each thing that doesn't hold.
    pub(super) findings: Vec<&'r Finding>,
    pub(super) calls: usize,
    pub(super) states: usize,
    /// Whether a limit was met.
    pub(super) cut: bool,
}

impl Results {
    /// Whether every call went as scripted and exploration found nothing.
    pub(super) fn passed(&self) -> bool {
        self.failed() == 0 && self.worlds.iter().all(|world| world.explored.findings.is_empty())
    }

    /// How many calls failed.
    pub(super) fn failed(&self) -> usize {
        self.calls.iter().filter(|call| call.played.failure.is_some()).count()
    }

    /// What the calls have reached in each flow that has calls.
    pub(super) fn coverage(&self, suite: &Suite) -> Vec<FlowCoverage> {
        let scripted = suite.flows.iter().enumerate().filter(|(_, tested)| tested.script.is_some() && !tested.unproven);
        let coverage = scripted.map(|(index, tested)| {
            let mut coverage = Coverage::of(&tested.flow);
            for taken in self.calls.iter().filter(|call| call.flow == index).flat_map(|call| &call.played.taken) {
                let hung_up = taken.outcome == Some(Outcome::HungUp);
                // A hang-up takes the rule of silence, and nobody hears it.
                let rule: Option<RuleId> = taken.rule().filter(|_| !hung_up && !taken.hung_up);
                rule.into_iter().for_each(|rule| coverage.reach(rule));
            }
            FlowCoverage { flow: tested.flow.name.to_string(), file: tested.file.clone(), coverage }
        });
        coverage.collect()
    }

    /// What was found in each flow that was explored.
    pub(super) fn explored<'r>(&'r self, suite: &'r Suite) -> Vec<FlowExplored<'r>> {
        let mut explored = Vec::new();
        for (index, tested) in suite.flows.iter().enumerate() {
            let worlds: Vec<&Explored> =
                self.worlds.iter().filter(|world| world.flow == index).map(|world| &world.explored).collect();
            if worlds.is_empty() {
                continue;
            }
            let mut findings: Vec<&Finding> = Vec::new();
            let mut all: Vec<&Finding> = worlds.iter().flat_map(|world| &world.findings).collect();
            all.sort_by_key(|finding| finding.steps);
            for finding in all {
                let same = |known: &&Finding| known.kind == finding.kind && known.line == finding.line;
                if !findings.iter().any(same) {
                    findings.push(finding);
                }
            }
            findings.sort_by_key(|finding| (finding.kind, finding.line));
            explored.push(FlowExplored {
                flow: tested.flow.name.as_str(),
                file: &tested.file,
                findings,
                calls: worlds.iter().map(|world| world.calls).sum(),
                states: worlds.iter().map(|world| world.states).sum(),
                cut: worlds.iter().any(|world| world.cut),
            });
        }
        explored
    }
}
