//! Deploys the output of `sam build` to a local AWS emulator and tests the deployed stack.

use anyhow::Result;

use super::{ringbolt, sam_build, sam_build::Architecture};
use crate::package;
use crate::tally::Tally;
use crate::test_run::count_pytest;
use crate::tools::{self, AWS_EMULATOR, SAM};
use crate::workspace::{Workspace, run};

/// The time limit for the tests, which take four minutes on two cores.
const SECS: &str = "1800";

pub fn prepare(workspace: &Workspace) -> Result<()> {
    AWS_EMULATOR.installed(workspace)?;
    SAM.installed(workspace).map(drop)
}

pub fn deploy_test(workspace: &Workspace) -> Result<Tally> {
    let python = AWS_EMULATOR.installed(workspace)?.join("bin").join("python");
    let sam_python = SAM.installed(workspace)?.join("bin").join("python");
    let architecture = Architecture::of_this_machine();
    let built = sam_build::build(workspace)?;
    let command = ringbolt::build(workspace)?;
    // The command that the tests have built would make the package large; packing it without its debug information shows
    // the same.
    let packed = workspace.target.join("deploy-test-ringbolt");
    run(workspace.command("strip").arg("-o").arg(&packed).arg(&command))?;
    let archive = package::assemble(workspace, architecture, &built, &packed)?;
    let scratch = workspace.target.join("deploy-test");
    // A killed run leaves its folder behind.
    if scratch.is_dir() {
        std::fs::remove_dir_all(&scratch)?;
    }
    std::fs::create_dir_all(&scratch)?;
    let mut pytest = workspace.child("timeout");
    pytest.args(["--foreground", "--kill-after=15", SECS]);
    if tools::works("setpriv", &["--pdeathsig", "KILL", "true"]) {
        // pytest must not outlive `timeout` either.
        pytest.args(["setpriv", "--pdeathsig", "KILL"]);
    }
    pytest.arg(python).args(["-m", "pytest", "tests/deploy"]);
    pytest
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("RINGBOLT_TEST_SAM_PYTHON", sam_python)
        .env("RINGBOLT_TEST_PACKAGE", archive)
        .env("RINGBOLT_TEST_ARCHITECTURE", architecture.name())
        .env("RINGBOLT_TEST_RINGBOLT", command)
        .env("RINGBOLT_TEST_SCRATCH", scratch);
    count_pytest(&mut pytest)
}
