//! Instructions, which other load on the machine does not change. valgrind's callgrind counts them.

use crate::{
    measure::{Case, ask},
    options::Options,
    world::World,
};
use anyhow::{Context as _, Result};
use ringbolt_tests::runtime_api::Instance;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Requests before those that are counted: the first ones allocate, connect and load.
const BEFORE: usize = 20;

/// What a program executes in user space.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Instructions {
    /// From its start to the end of the twentieth request.
    pub start: f64,
    /// For each further request.
    pub request: f64,
}

/// Whether valgrind is installed.
#[must_use]
pub fn is_possible() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Counts a program's instructions: once with the requests of the case, once with a few, and the difference.
///
/// # Errors
/// It does not start, or answers something else than it should.
pub async fn count(case: Case, world: &World, options: &Options) -> Result<Instructions> {
    let start = run(Case { requests: BEFORE, ..case }, world, options).await?;
    let whole = run(Case { requests: BEFORE + case.requests, ..case }, world, options).await?;
    Ok(Instructions { start, request: (whole - start) / f64::from(u32::try_from(case.requests)?) })
}

async fn run(case: Case, world: &World, options: &Options) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let program = case.kind.command(options)?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display())).arg(program.get_program()).args(program.get_args());
    let environment = case.kind.environment(world, case.setup, case.memory_mb)?;
    let events = case.kind.events(case.requests, world, options).await?;
    let instance = Instance::launch(command, &environment).await;
    instance.until_idle().await;
    for event in events {
        ask(&instance, case, event).await?;
    }
    instance.until_idle().await;
    instance.end().await;
    collected(&log)
}

fn collected(log: &Path) -> Result<f64> {
    let text = fs::read_to_string(log)?;
    parse(&text).with_context(|| format!("callgrind counted nothing: {text}"))
}

/// The number in the line `Collected : 4711`.
fn parse(log: &str) -> Option<f64> {
    log.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_the_log() {
        assert_eq!(parse("==7== Events    : Ir\n==7== Collected : 4711\n==7==\n"), Some(4711.0));
        assert_eq!(parse("==7== Killed"), None);
    }
}
