//! `cargo xtask package`: a folder and an archive from which `sam deploy` deploys Ringbolt on a machine without Rust.
//!
//! The folder is the output of `sam build`, so what the tests deploy is what is packed, with the command, the example flows,
//! the documents for operators and a list of every dependency in the binaries.

mod archive;
mod sbom;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::steps::sam_build::{self, Architecture, FUNCTIONS};
use crate::workspace::{Workspace, run};

/// What the package has of the repository, as it is there.
const COPIED: [&str; 15] = [
    "LICENSE",
    "CHANGELOG.md",
    "samconfig.toml",
    "docs/configuration.md",
    "docs/deploy.md",
    "docs/flows.md",
    "docs/json.md",
    "docs/local.md",
    "docs/operations.md",
    "docs/output.schema.json",
    "docs/runbook.md",
    "docs/scripted-calls.md",
    "docs/twiml.md",
    "infra/policies",
    "flows",
];

/// Builds the functions for this architecture and the command for this machine, and packs them. Returns the archive.
///
/// # Errors
/// Something does not build, or the folder cannot be written.
pub fn package(workspace: &Workspace, architecture: Architecture) -> Result<PathBuf> {
    let built = sam_build::build_for(workspace, architecture)?;
    run(workspace.cargo().args(["build", "--release", "--package", "ringbolt"]))?;
    assemble(workspace, architecture, &built, &workspace.target.join("release").join("ringbolt"))
}

/// Packs the output of `sam build` and a command. Returns the archive; the folder is next to it.
///
/// # Errors
/// The folder or the archive cannot be written.
pub fn assemble(workspace: &Workspace, architecture: Architecture, built: &Path, command: &Path) -> Result<PathBuf> {
    let name = format!("ringbolt-{}-{}", env!("CARGO_PKG_VERSION"), architecture.name());
    let home = workspace.target.join("package");
    let folder = home.join(&name);
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    for part in FUNCTIONS.into_iter().chain(["Data", "Events", "Observability"]) {
        copy(&built.join(part), &folder.join(part))?;
    }
    let template = std::fs::read_to_string(built.join("template.yaml")).context("`sam build` wrote no template")?;
    write(&folder.join("template.yaml"), &for_architecture(&template, architecture)?)?;
    for path in COPIED {
        copy(&workspace.root.join(path), &folder.join(path))?;
    }
    copy(&workspace.root.join("xtask/package"), &folder)?;
    copy(command, &folder.join("bin").join("ringbolt"))?;
    write(&folder.join("sbom.cdx.json"), &sbom::document(workspace, architecture)?)?;
    archive::write_checksums(&folder)?;
    let archive = home.join(format!("{name}.tar.gz"));
    archive::pack(&folder, &archive)?;
    println!("{}\n{}", folder.display(), archive.display());
    Ok(archive)
}

/// The template with the architecture of the built functions: no other can be chosen.
fn for_architecture(template: &str, architecture: Architecture) -> Result<String> {
    const BLOCK: &str = "  Architecture:\n    Type: String\n";
    let (before, rest) = template.split_once(BLOCK).context("the template has no parameter Architecture")?;
    // The parameter ends where the next one begins.
    let end = rest.match_indices("\n  ").find(|(at, _)| !rest[at + 3..].starts_with([' ', '-']));
    let (end, _) = end.context("the parameter Architecture does not end")?;
    let (old, after) = rest.split_at(end);
    ensure!(old.contains("Default: arm64"), "the parameter Architecture has another form than expected");
    let name = architecture.name();
    Ok(format!("{before}{BLOCK}    AllowedValues:\n    - {name}\n    Default: {name}{after}"))
}

/// Copies a file or a folder.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("{} cannot be copied to {}", from.display(), to.display());
    if !from.is_dir() {
        let folder = to.parent().context("a file is in a folder")?;
        std::fs::create_dir_all(folder).with_context(failed)?;
        return std::fs::copy(from, to).map(drop).with_context(failed);
    }
    std::fs::create_dir_all(to).with_context(failed)?;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_of_a_package_has_the_architecture_of_its_functions_only() {
        let built = "Parameters:\n  Stage:\n    Type: String\n  Architecture:\n    Type: String\n    AllowedValues:\n    \
                     - arm64\n    - x86_64\n    Default: arm64\n  Next:\n    Type: String\n";
        let packed = for_architecture(built, Architecture::X86_64).unwrap();
        let expected = "Parameters:\n  Stage:\n    Type: String\n  Architecture:\n    Type: String\n    AllowedValues:\n    \
                        - x86_64\n    Default: x86_64\n  Next:\n    Type: String\n";
        assert_eq!(packed, expected);
        assert!(for_architecture("Parameters: {}\n", Architecture::Arm64).is_err());
    }
}
