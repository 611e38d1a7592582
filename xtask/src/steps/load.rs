//! Runs the functions and `ringbolt dev` under load.

use anyhow::Result;

use super::{ringbolt, sam_build};
use crate::tally::Tally;
use crate::test_run::count_tests;
use crate::workspace::Workspace;

/// The test and the feature it needs, in the package `ringbolt-tests`.
const TEST: &str = "load";
const FEATURE: &str = "ringbolt-tests/load";
/// The variables for the output folder of `sam build` and for the command's path.
const BOOTSTRAPS_VARIABLE: &str = "RINGBOLT_TEST_BOOTSTRAPS";
const COMMAND_VARIABLE: &str = "RINGBOLT_TEST_RINGBOLT";

pub fn load_tests(workspace: &Workspace) -> Result<Tally> {
    let folder = sam_build::build(workspace)?;
    let command = ringbolt::build(workspace)?;
    // With `--workspace`, dependencies have the same features as in the other tests.
    let arguments = ["test", "--workspace", "--no-fail-fast", "--features", FEATURE, "--test", TEST];
    let mut cargo = workspace.cargo();
    cargo.args(arguments).args(["--", "--nocapture"]);
    count_tests(cargo.env(BOOTSTRAPS_VARIABLE, folder).env(COMMAND_VARIABLE, command))
}
