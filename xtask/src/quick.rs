//! `cargo xtask quick`: format, clippy, and the tests of what changed, for the time between two edits.
//!
//! The unit tests of core run first and alone: they need nothing but core, and most changes are there. Then come clippy, and
//! in one build the unit tests of the changed crates and of all that depend on them, and the changed crates' integration
//! tests. `cargo xtask test` runs the rest.

mod changes;

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Message, Metadata, MetadataCommand, Target};

use crate::steps::checks;
use crate::tally::Tally;
use crate::test_run::count_tests;
use crate::workspace::{Workspace, described};
use changes::{Changed, Crate};

/// Its unit tests run before anything else is built.
const CORE: &str = "ringbolt-core";
/// Fewer cases for the properties that leave their number to proptest.
const CASES: (&str, &str) = ("PROPTEST_CASES", "32");

/// Checks what differs from a commit, and returns whether nothing failed. Without a commit it is what is not committed yet.
///
/// # Errors
/// Git or Cargo cannot be started, a check fails, or the code does not compile.
pub fn quick(workspace: &Workspace, since: Option<&str>) -> Result<bool> {
    let metadata = metadata(workspace)?;
    let crates = crates(&metadata, workspace);
    let changed = Changed::of(&changed_files(workspace, since)?, &crates);
    println!("changed: {changed}");
    checks::format(workspace)?;
    let mut tally = Tally::default();
    if changed.crates.contains(CORE) {
        // Core's dependencies are few, so it doesn't matter that they may get other features than in the workspace.
        let mut tests = workspace.cargo();
        tally = count_tests(tests.args(["test", "--quiet", "--package", CORE, "--lib"]).env(CASES.0, CASES.1))?;
    }
    if tally.failed == 0 && !changed.crates.is_empty() {
        checks::clippy(workspace)?;
        tally = tally.plus(tests(workspace, &metadata, &changed)?);
    }
    println!("{} passed, {} failed; the rest: cargo xtask test --only tests", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

/// Builds the tests with the features that they have in the `tests` step, and runs those that the change concerns.
fn tests(workspace: &Workspace, metadata: &Metadata, changed: &Changed) -> Result<Tally> {
    let mut build = workspace.cargo();
    build.args(["test", "--workspace", "--no-run", "--quiet", "--lib", "--bins"]);
    build.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    for package in metadata.workspace_packages().iter().filter(|package| changed.crates.contains(package.name.as_str()))
    {
        let has_needs = |target: &&Target| target.is_test() && target.required_features.is_empty();
        build.args(package.targets.iter().filter(has_needs).flat_map(|target| ["--test", &target.name]));
    }
    let built = build.output().context("cargo cannot be started")?;
    ensure!(built.status.success(), "{} ended with {}", described(&build), built.status);
    let mut tally = Tally::default();
    for message in Message::parse_stream(built.stdout.as_slice()) {
        let Message::CompilerArtifact(artifact) = message? else { continue };
        let (Some(program), true) = (artifact.executable, artifact.profile.test) else { continue };
        let package = &metadata[&artifact.package_id];
        let name = package.name.as_str();
        let is_unit = !artifact.target.is_test();
        let is_done = name == CORE && is_unit;
        if is_done || !(changed.crates.contains(name) || is_unit && changed.concerned.contains(name)) {
            continue;
        }
        println!("{name}: {}", artifact.target.name);
        let folder = package.manifest_path.parent().context("a manifest has a folder")?;
        let mut tests = workspace.command(program);
        tests.arg("--quiet").current_dir(folder).env(CASES.0, CASES.1).env("CARGO_MANIFEST_DIR", folder);
        tally = tally.plus(count_tests(&mut tests)?);
    }
    Ok(tally)
}

fn metadata(workspace: &Workspace) -> Result<Metadata> {
    let manifest = workspace.root.join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().context("cargo metadata failed")
}

fn crates(metadata: &Metadata, workspace: &Workspace) -> Vec<Crate> {
    let described = metadata.workspace_packages().into_iter().map(|package| Crate {
        name: package.name.to_string(),
        folder: relative(package.manifest_path.parent().map(Into::into).unwrap_or_default(), workspace),
        needs: package.dependencies.iter().filter(|one| one.path.is_some()).map(|one| one.name.clone()).collect(),
    });
    described.collect()
}

fn relative(path: PathBuf, workspace: &Workspace) -> PathBuf {
    path.strip_prefix(&workspace.root).map_or_else(|_| path.clone(), Into::into)
}

/// The paths that differ from a commit, and those that Git does not know yet.
fn changed_files(workspace: &Workspace, since: Option<&str>) -> Result<Vec<PathBuf>> {
    let base = match since {
        None => "HEAD".to_owned(),
        // What others have committed to that branch meanwhile is no change of ours.
        Some(since) => lines(workspace, &["merge-base", since, "HEAD"])?.concat(),
    };
    let mut files = lines(workspace, &["diff", "--name-only", &base])?;
    files.extend(lines(workspace, &["ls-files", "--others", "--exclude-standard"])?);
    Ok(files.into_iter().map(PathBuf::from).collect())
}

fn lines(workspace: &Workspace, arguments: &[&str]) -> Result<Vec<String>> {
    let mut git = workspace.command("git");
    let output = git.args(arguments).stderr(Stdio::inherit()).output().context("git cannot be started")?;
    ensure!(output.status.success(), "{} ended with {}", described(&git), output.status);
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}
