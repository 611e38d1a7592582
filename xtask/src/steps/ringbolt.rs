//! The command `ringbolt`, for steps that run it.

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::{Workspace, run};

/// A test of the command. Building this test also builds the command.
const COMMAND_TEST: &str = "commands";

/// Builds the command and returns its path.
///
/// It gets the same features as in the `tests` step. Building it alone would enable other features and recompile
/// everything.
///
/// # Errors
/// It does not build.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    run(workspace.cargo().args(["test", "--workspace", "--no-run", "--quiet", "--test", COMMAND_TEST]))?;
    Ok(workspace.target.join("debug").join("ringbolt"))
}
