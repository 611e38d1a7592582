//! The workspace's folders, and commands that run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{figures, tools};

/// The workspace's folders, as absolute paths.
pub struct Workspace {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder: `CARGO_TARGET_DIR`, or `target` in the root.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the workspace.
    ///
    /// # Errors
    /// The current folder or the workspace no longer exists.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().context("xtask has no parent folder")?.to_owned();
        ensure!(root.join("Cargo.toml").is_file(), "there is no Cargo.toml in {}", root.display());
        let target = match std::env::var_os("CARGO_TARGET_DIR").filter(|given| !given.is_empty()) {
            // Like Cargo, resolve it against the current folder, not the workspace.
            Some(given) => here.join(given),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The folder for the installed tools.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The folder for the figures of a run of the tests.
    pub fn figures(&self) -> PathBuf {
        self.target.join("figures")
    }

    /// A command that runs in the workspace's root, without the variables that Cargo sets for this package. Build
    /// scripts watch these variables and would run again after each switch between `cargo` and `cargo xtask`.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(own)) {
            command.env_remove(name);
        }
        command
    }

    /// A command whose process ends even if this one is killed without dropping anything, provided that `setpriv`
    /// exists.
    pub fn child(&self, program: impl AsRef<OsStr>) -> Command {
        if tools::works("setpriv", &["--pdeathsig", "KILL", "true"]) {
            let mut command = self.command("setpriv");
            command.args(["--pdeathsig", "KILL"]).arg(program);
            command
        } else {
            self.command(program)
        }
    }

    /// The Cargo that runs this program.
    pub fn cargo(&self) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.env(figures::VARIABLE, self.figures());
        command
    }
}

/// Runs a command and shows its output immediately.
///
/// # Errors
/// The command cannot be started or fails; the error names it.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} cannot be started", described(command)))?;
    ensure!(status.success(), "{} ended with {status}", described(command));
    Ok(())
}

/// The program and its arguments, for messages.
pub fn described(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    format!("`{}`", words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" "))
}
