//! `sam deploy` of what `sam build` has built, to an AWS on this machine, and the test of what it made.

use anyhow::Result;

use super::{sam, sam_build};
use crate::tally::Tally;
use crate::test_run::count_pytest;
use crate::tools::{self, AWS_EMULATOR, SAM};
use crate::workspace::{Workspace, run};

/// A test of the command: building it builds the command.
const COMMAND_TEST: &str = "ops";
/// The longest that the test may take; it takes two minutes on two cores.
const SECS: &str = "1200";

pub fn deploy_test(workspace: &Workspace) -> Result<Tally> {
    let python = AWS_EMULATOR.installed(workspace)?.join("bin").join("python");
    let sam_python = SAM.installed(workspace)?.join("bin").join("python");
    let built = sam_build::build(workspace)?;
    // The command that people type, as the step of the tests has built it for its own tests: a build of the command alone
    // would have other features, and compile everything again.
    run(workspace.cargo().args(["test", "--workspace", "--no-run", "--quiet", "--test", COMMAND_TEST]))?;
    let scratch = workspace.target.join("deploy-test");
    // A run that was killed leaves its own behind.
    if scratch.is_dir() {
        std::fs::remove_dir_all(&scratch)?;
    }
    std::fs::create_dir_all(&scratch)?;
    let mut pytest = workspace.child("timeout");
    pytest.args(["--foreground", "--kill-after=15", SECS]);
    if tools::works("setpriv", &["--pdeathsig", "KILL", "true"]) {
        // It must not outlive `timeout` either.
        pytest.args(["setpriv", "--pdeathsig", "KILL"]);
    }
    pytest.arg(python).args(["-m", "pytest", "tests/deploy"]);
    pytest
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("RINGBOLT_TEST_SAM_PYTHON", sam_python)
        .env("RINGBOLT_TEST_BUILT_TEMPLATE", built.join("template.yaml"))
        .env("RINGBOLT_TEST_ARCHITECTURE", sam::architecture())
        .env("RINGBOLT_TEST_RINGBOLT", workspace.target.join("debug").join("ringbolt"))
        .env("RINGBOLT_TEST_SCRATCH", scratch);
    count_pytest(&mut pytest)
}
