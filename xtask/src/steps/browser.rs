//! Uses the phone page of `ringbolt dev` in Chromium, as a person would.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::ringbolt;
use crate::tally::Tally;
use crate::test_run::count_node_tests;
use crate::tools;
use crate::workspace::Workspace;

/// The folder with the tests. Files with other names are what the tests share.
const FOLDER: &str = "tests/browser";
const TEST_FILES: &str = ".test.mjs";
/// The time limit for the tests, which take up to four minutes on two cores.
const SECS: &str = "900";

pub fn prepare(workspace: &Workspace) -> Result<()> {
    tools::node()?;
    tools::chromium()?;
    tools::browser_libraries(workspace).map(drop)
}

pub fn page_tests(workspace: &Workspace) -> Result<Tally> {
    let (node, chromium) = (tools::node()?, tools::chromium()?);
    let libraries = tools::browser_libraries(workspace)?;
    let command = ringbolt::build(workspace)?;
    let mut tests = workspace.child("timeout");
    tests.args(["--foreground", "--kill-after=15", SECS, node, "--test", "--test-reporter=spec"]);
    tests.args(test_files(&workspace.root.join(FOLDER))?);
    tests
        .env("RINGBOLT_TEST_BROWSER", chromium)
        .env("RINGBOLT_TEST_BROWSER_LIBRARIES", libraries)
        .env("RINGBOLT_TEST_RINGBOLT", command);
    count_node_tests(&mut tests)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(TEST_FILES));
    files.sort();
    Ok(files)
}
