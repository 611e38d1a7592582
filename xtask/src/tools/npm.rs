//! Packages from the npm registry, unpacked without installing them.

use std::path::Path;

use anyhow::{Context, Result};

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
        // `@scope/name` is packed as `scope-name`.
        let name = self.name.trim_start_matches('@').replace('/', "-");
        let archive = folder.join(format!("{name}-{}.tgz", self.version));
        run(workspace.command("tar").current_dir(folder).arg("-xzf").arg(&archive).arg(member))?;
        Ok(std::fs::remove_file(archive)?)
    }

    /// Unpacks the package to its place in a folder `node_modules`, without its dependencies.
    ///
    /// # Errors
    /// The same as [`NpmPackage::unpack`].
    pub fn unpack_to(&self, workspace: &Workspace, node_modules: &Path) -> Result<()> {
        let home = node_modules.join(self.name);
        let parent = home.parent().unwrap_or(node_modules);
        std::fs::create_dir_all(parent).with_context(|| format!("{} cannot be created", parent.display()))?;
        self.unpack(workspace, "package", parent)?;
        Ok(std::fs::rename(parent.join("package"), home)?)
    }
}
