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
        super::install(&home, |folder| self.package.pip(workspace, &["install", "--target"], folder))?;
        Ok(home.join("bin").join(self.name))
    }
}

impl PythonPackage {
    /// Takes one program out of the package's wheel, without what the package depends on.
    ///
    /// # Errors
    /// [`Unavailable`] where there is no Python or the package cannot be fetched.
    pub fn take_program(&self, workspace: &Workspace, member: &str, folder: &Path, name: &str) -> Result<()> {
        const TAKE: &str = "\
import os, pathlib, sys, zipfile
folder, member, name = sys.argv[1:]
wheel, = pathlib.Path(folder).glob('*.whl')
program = pathlib.Path(folder, name)
program.write_bytes(zipfile.ZipFile(wheel).read(member))
program.chmod(0o755)
wheel.unlink()";
        self.pip(workspace, &["download", "--dest"], folder)?;
        run(workspace.command(python(workspace)?).args(["-c", TAKE]).arg(folder).args([member, name]))
    }

    /// `pip install --target` or `pip download --dest`, the package alone and only as a wheel: nothing is built.
    fn pip(&self, workspace: &Workspace, what: &[&str], folder: &Path) -> Result<()> {
        let mut pip = workspace.command(python(workspace)?);
        pip.args(["-m", "pip"]).args(what).arg(folder);
        pip.args(["--quiet", "--no-deps", "--only-binary=:all:", &format!("{}=={}", self.name, self.version)]);
        Ok(run(&mut pip).map_err(|error| Unavailable { tool: self.name, reason: format!("{error:#}") })?)
    }
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
