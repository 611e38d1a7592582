//! Packages from the Python index. Some contain programs that are not written in Python.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::debian::{self, program, works};
use crate::tally::Unavailable;
use crate::workspace::{Workspace, run};

/// A package with its version.
pub struct PythonPackage {
    pub name: &'static str,
    pub version: &'static str,
}

/// A program contained in a package.
pub struct PythonProgram {
    pub name: &'static str,
    pub package: PythonPackage,
}

impl PythonProgram {
    /// Installs the program if missing, and returns its path.
    ///
    /// # Errors
    /// [`Unavailable`] if Python is missing or the package cannot be downloaded.
    pub fn installed(&self, workspace: &Workspace) -> Result<PathBuf> {
        let home = workspace.tools().join(format!("{}-{}", self.name, self.package.version));
        super::install(&home, |folder| self.package.unpack(workspace, folder))?;
        Ok(home.join("bin").join(self.name))
    }
}

impl PythonPackage {
    /// Installs the package without dependencies and only as a wheel, so that nothing is built.
    ///
    /// # Errors
    /// [`Unavailable`] if Python is missing or the package cannot be downloaded.
    pub fn unpack(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let mut pip = workspace.command(python(workspace)?);
        pip.args(["-m", "pip", "install", "--target"]).arg(folder);
        pip.args(["--quiet", "--no-deps", "--only-binary=:all:", &format!("{}=={}", self.name, self.version)]);
        Ok(run(&mut pip).map_err(|error| Unavailable { tool: self.name, reason: format!("{error:#}") })?)
    }
}

/// A virtual environment in which every package is pinned.
pub struct PythonEnvironment {
    pub name: &'static str,
    /// The content of a requirements file.
    pub requirements: &'static str,
}

impl PythonEnvironment {
    /// Creates the environment if missing, and returns its folder. Start its programs as `bin/python -m MODULE`,
    /// because the scripts in `bin` refer to the folder's name before it was renamed.
    ///
    /// # Errors
    /// [`Unavailable`] if Python is missing or a package cannot be downloaded.
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

/// An FNV-1a hash, which gives different requirements different folders.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A Python with pip, in a virtual environment because the system's Python may lack pip or forbid its use.
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
    // `--clear` removes the remains of an interrupted run, or of a Python that no longer exists.
    run(workspace.command(system).args(["-m", "venv", "--clear"]).arg(&home))
        .map_err(|error| Unavailable { tool: "Python's venv", reason: format!("{error:#}") })?;
    if !has_pip() {
        return Err(Unavailable { tool: "pip", reason: "the virtual environment lacks it".to_owned() }.into());
    }
    Ok(python)
}
