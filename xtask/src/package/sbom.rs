//! The software bill of materials: every crate that is linked into the functions and the command, in CycloneDX's JSON
//! ("CycloneDX Specification", version 1.6; ECMA-424).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package, PackageId};
use serde_json::{Value, json};

use crate::steps::sam_build::Architecture;
use crate::workspace::Workspace;

/// The packages whose binaries are in the package.
const PROGRAMS: [&str; 6] =
    ["auth-webhook", "enrol", "next-action", "transcription-postback", "voice-webhook", "ringbolt"];

/// The document.
///
/// # Errors
/// Cargo does not know the workspace's dependencies.
pub fn document(workspace: &Workspace, architecture: Architecture) -> Result<String> {
    // The functions are for Lambda, the command is for this machine.
    let rustc = workspace.command("rustc").args(["--print", "host-tuple"]).output()?;
    let host = String::from_utf8(rustc.stdout).context("rustc does not name this machine")?;
    let platforms = [architecture.target(), host.trim()];
    let mut options = vec!["--locked".to_owned()];
    options.extend(platforms.iter().flat_map(|platform| ["--filter-platform".to_owned(), (*platform).to_owned()]));
    let metadata = MetadataCommand::new()
        .current_dir(&workspace.root)
        .other_options(options)
        .exec()
        .context("the dependencies could not be listed")?;
    let nodes = metadata.resolve.as_ref().context("Cargo resolved no dependencies")?;
    let nodes: BTreeMap<&PackageId, _> = nodes.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let is_program = |package: &&Package| PROGRAMS.contains(&package.name.as_str());
    let mut open: Vec<&PackageId> = metadata.packages.iter().filter(is_program).map(|package| &package.id).collect();
    let mut linked = BTreeSet::new();
    while let Some(id) = open.pop() {
        if linked.insert(id) {
            let dependencies = nodes.get(id).map_or(&[][..], |node| &node.deps);
            let is_linked =
                |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            open.extend(dependencies.iter().filter(|dep| is_linked(&dep.dep_kinds)).map(|dep| &dep.pkg));
        }
    }
    let components: Vec<Value> =
        linked.iter().filter_map(|id| packages.get(id)).map(|package| component(package)).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": { "type": "application", "name": "ringbolt", "version": env!("CARGO_PKG_VERSION") },
        },
        "components": components,
    });
    Ok(format!("{document:#}\n"))
}

fn component(package: &Package) -> Value {
    let url = format!("pkg:cargo/{}@{}", package.name, package.version);
    let mut component = json!({
        "type": "library",
        "bom-ref": url,
        "name": package.name.as_str(),
        "version": package.version.to_string(),
        "purl": url,
    });
    if let Some(license) = &package.license {
        // Some crates still write `MIT/Apache-2.0` for "either".
        component["licenses"] = json!([{ "expression": license.replace('/', " OR ") }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::sam_build::FUNCTIONS;

    #[test]
    fn every_function_is_a_program() {
        assert_eq!(PROGRAMS.len(), FUNCTIONS.len() + 1, "and the command");
    }
}
