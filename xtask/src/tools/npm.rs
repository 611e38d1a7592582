//! Packages from the npm registry, unpacked without installing them.

use std::path::Path;

use anyhow::Result;

use super::debian::program;
use crate::tally::Unavailable;
use crate::workspace::{Workspace, run};

/// A package with its version.
pub struct NpmPackage {
    pub name: &'static str,
    pub version: &'static str,
}

impl NpmPackage {
    /// Unpacks one folder of the package's archive.
    ///
    /// # Errors
    /// [`Unavailable`] if npm is missing or the package cannot be downloaded.
    pub fn unpack(&self, workspace: &Workspace, member: &str, folder: &Path) -> Result<()> {
        let npm = program("npm", "--version", "npm")?;
        let wanted = format!("{}@{}", self.name, self.version);
        run(workspace.command(npm).current_dir(folder).args(["pack", "--silent", &wanted]))
            .map_err(|error| Unavailable { tool: self.name, reason: format!("{error:#}") })?;
        let archive = folder.join(format!("{}-{}.tgz", self.name, self.version));
        run(workspace.command("tar").current_dir(folder).arg("-xzf").arg(&archive).arg(member))?;
        Ok(std::fs::remove_file(archive)?)
    }
}
