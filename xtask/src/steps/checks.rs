//! Checks of the source code and the dependencies.

use anyhow::Result;

use crate::tally::Tally;
use crate::tools::{CARGO_DENY, CARGO_SHEAR};
use crate::workspace::{Workspace, run};

pub fn format(workspace: &Workspace) -> Result<Tally> {
    run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    // A workspace of its own.
    run(workspace.cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
    Ok(Tally::one_passed())
}

/// Runs clippy with all features, so that it also checks the tests that need one.
pub fn clippy(workspace: &Workspace) -> Result<Tally> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run(workspace.cargo().args(arguments))?;
    Ok(Tally::one_passed())
}

pub fn prepare_deny(workspace: &Workspace) -> Result<()> {
    CARGO_DENY.installed(workspace).map(drop)
}

/// Runs cargo-deny without the advisories, whose database is not in a package registry.
pub fn deny(workspace: &Workspace) -> Result<Tally> {
    let cargo_deny = CARGO_DENY.installed(workspace)?;
    // cargo-deny also reads the manifests of dependencies for other systems, which a build does not download.
    run(workspace.cargo().args(["fetch", "--quiet"]))?;
    let arguments = ["--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    run(workspace.command(cargo_deny).args(arguments))?;
    Ok(Tally::one_passed())
}

pub fn prepare_unused(workspace: &Workspace) -> Result<()> {
    CARGO_SHEAR.installed(workspace).map(drop)
}

pub fn unused(workspace: &Workspace) -> Result<Tally> {
    let cargo_shear = CARGO_SHEAR.installed(workspace)?;
    run(workspace.cargo().args(["fetch", "--quiet"]))?;
    run(workspace.command(cargo_shear).arg("--offline"))?;
    Ok(Tally::one_passed())
}
