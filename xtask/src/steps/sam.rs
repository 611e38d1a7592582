//! AWS SAM, and checks of the templates.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tally::Tally;
use crate::tools::{SAM, TEMPLATE_CHECKS};
use crate::workspace::{Workspace, run};

/// The `sam` command, without an account and offline: it contacts neither AWS nor a crate registry.
///
/// # Errors
/// [`Unavailable`](crate::tally::Unavailable) if it cannot be installed.
pub fn command(workspace: &Workspace) -> Result<Command> {
    let mut command = tool(workspace, "python")?;
    command.args(["-m", "samcli"]);
    Ok(command)
}

/// `cargo lambda build`, as `sam build` runs it: Cargo takes the result of the one for that of the other.
///
/// # Errors
/// As [`command`].
pub fn cargo_lambda_build(workspace: &Workspace) -> Result<Command> {
    let mut command = tool(workspace, "cargo-lambda")?;
    command.args(["lambda", "build", "--release"]);
    Ok(command)
}

/// A program of SAM's installation, with the environment in which it builds offline. Tests that run at the same time
/// have deadlines, so they have the processor first.
fn tool(workspace: &Workspace, program: &str) -> Result<Command> {
    let home = SAM.installed(workspace)?;
    let programs = home.join("bin");
    let found = std::env::var_os("PATH").unwrap_or_default();
    // `sam` finds cargo-lambda through PATH, and zig through the first Python there.
    let path = std::env::join_paths(std::iter::once(programs.clone()).chain(std::env::split_paths(&found)))
        .context("PATH cannot be extended")?;
    let caches = workspace.tools().join("cache");
    let mut command = workspace.command("nice");
    command.args(["-n", "19"]).arg(programs.join(program));
    command
        .env("PATH", path)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_ZIGBUILD_CACHE_DIR", caches.join("zigbuild"))
        .env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"))
        .env("__SAM_CLI_APP_DIR", caches.join("sam"))
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    Ok(command)
}

pub fn prepare(workspace: &Workspace) -> Result<()> {
    TEMPLATE_CHECKS.installed(workspace)?;
    SAM.installed(workspace).map(drop)
}

/// Runs `sam validate --lint`, cfn-lint and checkov on the templates; each counts as one check. `.checkov.yaml` lists
/// the checks that checkov skips, with reasons.
pub fn templates(workspace: &Workspace) -> Result<Tally> {
    let python = TEMPLATE_CHECKS.installed(workspace)?.join("bin").join("python");
    let mut tally = Tally::default();
    let mut sam = command(workspace)?;
    sam.args(["validate", "--lint"]);
    let mut cfn_lint = workspace.command(&python);
    // `python -m` cannot run cfn-lint. `.cfnlintrc` lists the templates.
    cfn_lint.args(["-c", "import sys, cfnlint.runner; sys.exit(cfnlint.runner.main())"]);
    let mut checkov = workspace.command(&python);
    checkov.args(["-m", "checkov.main", "--config-file", ".checkov.yaml"]);
    for mut check in [sam, cfn_lint, checkov] {
        match run(&mut check) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                println!("{error:#}");
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}
