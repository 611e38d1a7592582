//! The providers' own libraries judge the signatures that Ringbolt makes, accepts and refuses, and its documents.

use anyhow::Result;

use crate::tally::Tally;
use crate::test_run::{count_node_tests, count_pytest};
use crate::tools::{self, TWIML_LIBRARIES};
use crate::workspace::Workspace;

/// The folder with the tests, the vectors and the documents.
const FOLDER: &str = "tests/twiml";
/// The time limit for the tests of each language, which take ten seconds.
const SECS: &str = "300";

pub fn prepare(workspace: &Workspace) -> Result<()> {
    TWIML_LIBRARIES.installed(workspace)?;
    tools::signalwire_for_python(workspace)?;
    tools::node()?;
    tools::twiml_libraries_for_node(workspace).map(drop)
}

pub fn judge(workspace: &Workspace) -> Result<Tally> {
    let python = TWIML_LIBRARIES.installed(workspace)?.join("bin").join("python");
    let signalwire = tools::signalwire_for_python(workspace)?;
    let node = tools::node()?;
    let node_modules = tools::twiml_libraries_for_node(workspace)?;
    let limited = || {
        let mut command = workspace.child("timeout");
        command.args(["--foreground", "--kill-after=15", SECS]);
        command
    };
    let mut pytest = limited();
    pytest
        .arg(python)
        .args(["-m", "pytest", FOLDER])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("RINGBOLT_TEST_TWIML_SIGNALWIRE", signalwire);
    let mut node_tests = limited();
    node_tests
        .args([node, "--test", "--test-reporter=spec"])
        .arg(workspace.root.join(FOLDER).join("signatures.test.mjs"))
        .env("RINGBOLT_TEST_TWIML_LIBRARIES", node_modules);
    Ok(count_pytest(&mut pytest)?.plus(count_node_tests(&mut node_tests)?))
}
