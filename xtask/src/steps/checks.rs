//! Checks of the sources and of the dependencies.

use anyhow::Result;

use crate::tally::Tally;
use crate::tools::{CARGO_DENY, CARGO_SHEAR};
use crate::workspace::{Workspace, run};

pub fn format(workspace: &Workspace) -> Result<Tally> {
    run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Tally::one_passed())
}

/// With all features, so that the tests which need one are looked at too.
pub fn clippy(workspace: &Workspace) -> Result<Tally> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run(workspace.cargo().args(arguments))?;
    Ok(Tally::one_passed())
}

/// Without the advisories: their database comes from a server that is no package registry.
pub fn deny(workspace: &Workspace) -> Result<Tally> {
    let cargo_deny = CARGO_DENY.installed(workspace)?;
    // It reads the manifests of dependencies for other systems too, which no build here has downloaded.
    run(workspace.cargo().args(["fetch", "--quiet"]))?;
    let arguments = ["--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    run(workspace.command(cargo_deny).args(arguments))?;
    Ok(Tally::one_passed())
}

pub fn unused(workspace: &Workspace) -> Result<Tally> {
    let cargo_shear = CARGO_SHEAR.installed(workspace)?;
    run(workspace.cargo().args(["fetch", "--quiet"]))?;
    run(workspace.command(cargo_shear).arg("--offline"))?;
    Ok(Tally::one_passed())
}
