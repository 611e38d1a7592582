//! Runs every fuzz target for a moment: enough to see that it builds, and that nothing near the seeds breaks a promise.

use anyhow::Result;

use crate::figures;
use crate::fuzz::{Bound, Fuzz, targets};
use crate::tally::Tally;
use crate::tools::{self, CARGO_FUZZ};
use crate::workspace::Workspace;

/// Where the random numbers begin.
const SEED: u32 = 1;
/// How many inputs a target is run with: all targets together take less than a minute of one core.
const RUNS: u64 = 20_000;
/// The same for those that take over a third of a millisecond for an input.
const RUNS_OF_SLOW: u64 = 3_000;
const SLOW: [&str; 10] = [
    "condition",
    "csv",
    "dialogtech_request",
    "flow",
    "hours",
    "hours_file",
    "script",
    "signatures",
    "twiml_conversation",
    "twiml_request",
];

pub fn prepare(workspace: &Workspace) -> Result<()> {
    tools::cpp_compiler()?;
    CARGO_FUZZ.installed(workspace).map(drop)
}

pub fn short(workspace: &Workspace) -> Result<Tally> {
    let fuzz = Fuzz::build(workspace)?;
    let mut tally = Tally::default();
    for target in targets(workspace)? {
        let runs = if SLOW.contains(&target.as_str()) { RUNS_OF_SLOW } else { RUNS };
        let outcome = fuzz.run(&target, Bound::Runs(runs), SEED, true)?;
        println!("{outcome}");
        figures::note(workspace, "fuzzing", &target, outcome.executions)?;
        match outcome.find {
            None => tally.passed += 1,
            Some(find) => {
                println!("{find}");
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}
