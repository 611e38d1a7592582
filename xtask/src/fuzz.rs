//! Fuzzing: builds the targets of `fuzz/` once, and runs them one after another.

mod options;
mod outcome;
mod seeds;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

pub use options::{Bound, Options};
pub use outcome::Outcome;

use crate::tools::{self, CARGO_FUZZ};
use crate::workspace::{Workspace, run};

/// An input may take this long, in seconds. The slowest takes milliseconds; a machine may be busy.
const TIMEOUT_SECS: &str = "20";
/// A target may have this much memory, in megabytes.
const MEMORY_MB: &str = "1024";

/// Every target, in alphabetical order.
///
/// # Errors
/// `fuzz/targets` cannot be read.
pub fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz").join("targets");
    let files = fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut names = Vec::new();
    for file in files {
        let path = file?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The built targets.
pub struct Fuzz<'w> {
    workspace: &'w Workspace,
    /// Everything that belongs to fuzzing and is not in the repository: builds, corpora, logs and finds.
    home: PathBuf,
}

impl<'w> Fuzz<'w> {
    /// Builds every target. No sanitizer: no code of ours is unsafe, and without one a stable compiler is enough.
    ///
    /// # Errors
    /// [`Unavailable`](crate::tally::Unavailable) tools, or the build fails.
    pub fn build(workspace: &'w Workspace) -> Result<Self> {
        tools::cpp_compiler()?;
        let cargo_fuzz = CARGO_FUZZ.installed(workspace)?;
        let fuzz = Self { workspace, home: workspace.target.join("fuzz") };
        let mut build = workspace.command(cargo_fuzz);
        build.args(["build", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target-dir"]).arg(&fuzz.home);
        // What is built once needs no incremental build, which is slower and larger.
        run(build.env("CARGO_TARGET_DIR", &fuzz.home).env("CARGO_INCREMENTAL", "0"))?;
        Ok(fuzz)
    }

    /// Runs one target, from its seeds and, unless it `starts_over`, from what earlier runs have found.
    ///
    /// # Errors
    /// The target cannot be started, or its folders cannot be written. A find is no error.
    pub fn run(&self, target: &str, bound: Bound, seed: u32, starts_over: bool) -> Result<Outcome> {
        let seeds = self.home.join("seeds").join(target);
        seeds::write(self.workspace, target, &seeds)?;
        let corpus = self.home.join(if starts_over { "short" } else { "corpus" }).join(target);
        if starts_over && corpus.is_dir() {
            fs::remove_dir_all(&corpus)?;
        }
        let finds = self.home.join("finds");
        let logs = self.home.join("logs");
        for folder in [&corpus, &finds, &logs] {
            fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        }
        let log = logs.join(format!("{target}.log"));
        let file = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;

        let mut command = self.workspace.child(self.program(target)?);
        command.args([bound.as_argument(), format!("-seed={seed}"), "-print_final_stats=1".to_owned()]);
        command.args([format!("-timeout={TIMEOUT_SECS}"), format!("-rss_limit_mb={MEMORY_MB}")]);
        command.arg(format!("-artifact_prefix={}/{target}-", finds.display()));
        let dictionary = self.workspace.root.join("fuzz").join("dictionaries").join(format!("{target}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        command.arg(corpus).arg(seeds);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let status = command.status().with_context(|| format!("{target} cannot be started"))?;
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        Outcome::read(target, status.success(), &text)
    }

    /// The program of a target; it runs an input again that is its only argument.
    ///
    /// # Errors
    /// There is no such target.
    fn program(&self, target: &str) -> Result<PathBuf> {
        let built =
            self.home.join(format!("{}-unknown-linux-gnu", std::env::consts::ARCH)).join("release").join(target);
        ensure!(built.is_file(), "{} is not built", built.display());
        Ok(built)
    }
}

/// `cargo xtask fuzz`: runs the chosen targets, prints a table, and returns whether nothing was found.
///
/// # Errors
/// An unknown target, [`Unavailable`](crate::tally::Unavailable) tools, or the build fails.
pub fn fuzz(workspace: &Workspace, options: &Options) -> Result<bool> {
    let known = targets(workspace)?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        anyhow::bail!("`{unknown}` is not a target; the targets are {}", known.join(", "));
    }
    let fuzz = Fuzz::build(workspace)?;
    let chosen = if options.targets.is_empty() { &known } else { &options.targets };
    println!("{}", outcome::HEADER);
    let mut outcomes = Vec::new();
    for target in chosen {
        let outcome = fuzz.run(target, options.bound, options.seed, false)?;
        println!("{outcome}");
        outcomes.push(outcome);
    }
    let executions: u64 = outcomes.iter().map(|outcome| outcome.executions).sum();
    println!("{:<24} {executions:>12}", "in all");
    for find in outcomes.iter().filter_map(|outcome| outcome.find.as_ref()) {
        println!("{find}");
    }
    Ok(outcomes.iter().all(|outcome| outcome.find.is_none()))
}
