//! Runs the functions as processes under Amazon's Lambda Runtime Interface Emulator.

use anyhow::Result;

use super::sam_build;
use crate::tally::Tally;
use crate::test_run::count_tests;
use crate::tools;
use crate::workspace::Workspace;

/// The integration test and the feature it needs, in the package `ringbolt-tests`.
const TEST: &str = "runtime_emulator";
const FEATURE: &str = "ringbolt-tests/emulator";
/// The variables for the emulator's path and the output folder of `sam build`.
const EMULATOR_VARIABLE: &str = "RINGBOLT_TEST_RIE";
const BOOTSTRAPS_VARIABLE: &str = "RINGBOLT_TEST_BOOTSTRAPS";

pub fn emulator_tests(workspace: &Workspace) -> Result<Tally> {
    let emulator = tools::runtime_interface_emulator(workspace)?;
    let folder = sam_build::build(workspace)?;
    // With `--workspace`, dependencies have the same features as in the other tests.
    let arguments = ["test", "--workspace", "--no-fail-fast", "--features", FEATURE, "--test", TEST];
    let mut cargo = workspace.cargo();
    count_tests(cargo.args(arguments).env(EMULATOR_VARIABLE, emulator).env(BOOTSTRAPS_VARIABLE, folder))
}
