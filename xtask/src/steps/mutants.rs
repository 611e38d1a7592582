//! Builds mistakes into the code that judges attempts, counts and locks. The tests must notice each of them.
//!
//! They are mutants that cargo-mutants makes, too. It takes minutes to compile itself, and then builds each mutant. Here,
//! one build of a copy has them all, each behind a switch, so the step takes about as long as that build.

mod list;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Artifact, Message};

use crate::figures;
use crate::package::copy;
use crate::tally::Tally;
use crate::workspace::{Workspace, run};
use list::{PLACES, Place};

/// What core needs, and what its unit tests read when they are compiled.
const COPIED: [&str; 2] = ["crates/core", "flows"];
/// The folder of the copy in its workspace. Cargo names what it builds by the path in the workspace: under the same one,
/// it could take a mutated build for the real one.
const COPY: &str = "mutated";
/// The tests that must notice the mutants.
const TESTS: [&str; 5] = ["attempt::", "call::judged::", "call::state::", "lockout::", "pin::hasher::"];
/// The time limit for these tests, which take seconds. A mutant that never ends is noticed as well.
const SECS: &str = "120";
/// Chooses the mutant, by its number from 1.
const SWITCH: &str = r#"
fn mutant(number: usize) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<usize>> =
        std::sync::LazyLock::new(|| std::env::var("RINGBOLT_MUTANT").ok()?.parse().ok());
    *CHOSEN == Some(number)
}
"#;

/// Runs the tests on every mutant: one that they notice passes, one that survives fails.
pub fn mutants(workspace: &Workspace) -> Result<Tally> {
    let home = workspace.target.join("mutants");
    if home.is_dir() {
        std::fs::remove_dir_all(&home).with_context(|| format!("{} cannot be removed", home.display()))?;
    }
    for path in COPIED {
        copy(&workspace.root.join(path), &home.join(COPY).join(path))?;
    }
    copy(&workspace.root.join("Cargo.lock"), &home.join("Cargo.lock"))?;
    let manifest = read(&workspace.root.join("Cargo.toml"))?;
    write(&home.join("Cargo.toml"), &with_core_only(&manifest)?)?;
    let sources = home.join(COPY).join("crates/core/src");
    for file in files() {
        let source = read(&sources.join(file))?;
        write(&sources.join(file), &with_mutants(file, &source)?)?;
    }
    let library = read(&sources.join("lib.rs"))?;
    write(&sources.join("lib.rs"), &format!("#![allow(unused_parens)]\n{library}{SWITCH}"))?;

    let tests = build(workspace, &home)?;
    let run_on = |number: usize| {
        let mut command = workspace.child("timeout");
        command.args(["--foreground", "--kill-after=15", SECS]).arg(&tests).arg("--quiet").args(TESTS);
        command.env("RINGBOLT_MUTANT", number.to_string()).current_dir(home.join(COPY).join("crates/core"));
        command
    };
    run(&mut run_on(0)).context("without a mutant")?;
    let mut tally = Tally::default();
    for (number, place, instead) in numbered() {
        let noticed = run_on(number).output().context("`timeout` cannot be started")?;
        if noticed.status.success() {
            println!("survived: {}: `{instead}` in place of `{}`", place.file, place.code);
            tally.failed += 1;
        } else {
            tally.passed += 1;
        }
    }
    println!("{} mutants caught, {} survived", tally.passed, tally.failed);
    figures::note(workspace, "mutants", "caught by the quick set", tally.passed)?;
    figures::note(workspace, "mutants", "survived the quick set", tally.failed)?;
    Ok(tally)
}

/// Builds the unit tests of the copy and returns the program.
fn build(workspace: &Workspace, home: &Path) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--offline", "--quiet", "--package", "ringbolt-core", "--lib", "--no-run"]);
    cargo.arg("--message-format=json-render-diagnostics").current_dir(home).stderr(Stdio::inherit());
    let built = cargo.output().context("cargo cannot be started")?;
    ensure!(built.status.success(), "the copy does not compile: a mutant is no valid Rust");
    for message in Message::parse_stream(built.stdout.as_slice()) {
        if let Message::CompilerArtifact(Artifact { executable: Some(program), .. }) = message? {
            return Ok(program.into());
        }
    }
    bail!("cargo named no test program")
}

/// Every mutant with its number, from 1.
fn numbered() -> impl Iterator<Item = (usize, &'static Place, &'static str)> {
    let all = PLACES.iter().flat_map(|place| place.instead.iter().map(move |instead| (place, *instead)));
    all.enumerate().map(|(index, (place, instead))| (index + 1, place, instead))
}

fn files() -> Vec<&'static str> {
    let mut files: Vec<&str> = PLACES.iter().map(|place| place.file).collect();
    files.dedup();
    files
}

/// The workspace's manifest without the members that are not copied.
fn with_core_only(manifest: &str) -> Result<String> {
    let line = |start: &str| {
        let found = manifest.lines().find(|line| line.starts_with(start));
        found.with_context(|| format!("Cargo.toml has no line `{start}`"))
    };
    let core = format!("members = [\"{COPY}/crates/core\"]");
    let manifest = manifest.replacen(line("members = ")?, &core, 1).replacen(line("default-members = ")?, "", 1);
    Ok(manifest.replacen("path = \"crates/core\"", &format!("path = \"{COPY}/crates/core\""), 1))
}

/// A file with every mutant of its places, each behind its number.
fn with_mutants(file: &str, source: &str) -> Result<String> {
    let mut mutated = String::new();
    let mut places = Vec::new();
    for place in PLACES.iter().filter(|place| place.file == file) {
        let found: Vec<usize> = source.match_indices(place.code).map(|(at, _)| at).collect();
        let [at] = found[..] else {
            bail!("`{}` occurs {} times in {file}: change xtask/src/steps/mutants/list.rs", place.code, found.len());
        };
        places.push((at, place));
    }
    places.sort_by_key(|(at, _)| *at);
    let mut written = 0;
    for (at, place) in places {
        let mut switched = format!("{{ {} }}", place.code);
        for (number, _, instead) in numbered().filter(|(_, other, _)| std::ptr::eq(*other, place)) {
            switched = format!("{{ if crate::mutant({number}) {{ {instead} }} else {switched} }}");
        }
        let between = source.get(written..at).with_context(|| format!("`{}` overlaps another place", place.code))?;
        mutated.push_str(between);
        mutated.push_str(&format!("({switched})"));
        written = at + place.code.len();
    }
    mutated.push_str(&source[written..]);
    Ok(mutated)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_is_of_code_that_exists_once() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/src");
        for file in files() {
            let mutated = with_mutants(file, &read(&sources.join(file)).unwrap()).unwrap();
            let here = numbered().filter(|(_, place, _)| place.file == file);
            for (number, _, instead) in here {
                assert!(mutated.contains(&format!("crate::mutant({number}) {{ {instead} }}")), "{file}: {instead}");
            }
        }
    }
}
