//! What others would write in place of the auth webhook. It is built in `target/bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::{Workspace, run};

/// All peers.
pub const PEERS: [&str; 4] = ["naive-rust", "raw-rust", "node", "python"];
/// Peers in Rust, which have workspaces of their own, so that their dependencies don't count as the project's.
const IN_RUST: [&str; 2] = ["naive-rust", "raw-rust"];

/// A peer.
pub enum Peer {
    /// It runs with this command, whose words are separated by commas.
    Ready { name: &'static str, command: String },
    /// It does not run here.
    Skipped { name: &'static str, reason: String },
}

/// Builds those in Rust that are wanted, and installs what the others need if their interpreter is here.
///
/// # Errors
/// One in Rust does not build.
pub fn built(workspace: &Workspace, wants: impl Fn(&str) -> bool) -> Result<Vec<Peer>> {
    let mut peers = Vec::new();
    for name in IN_RUST.into_iter().filter(|name| wants(name)) {
        let target = workspace.target.join("bench").join(name);
        let manifest = sources(workspace, name).join("Cargo.toml");
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--locked", "--quiet", "--manifest-path"]).arg(manifest);
        run(cargo.env("CARGO_TARGET_DIR", &target))?;
        peers.push(Peer::Ready { name, command: shown(&target.join("release").join(name))? });
    }
    let installs = [("node", node as fn(&Workspace) -> Result<String>), ("python", python)];
    for (name, install) in installs.into_iter().filter(|(name, _)| wants(name)) {
        peers.push(match install(workspace) {
            Ok(command) => Peer::Ready { name, command },
            Err(error) => Peer::Skipped { name, reason: format!("{error:#}") },
        });
    }
    Ok(peers)
}

fn node(workspace: &Workspace) -> Result<String> {
    let has = |program: &str| tools::works(program, &["--version"]);
    anyhow::ensure!(has("node") && has("npm"), "Node.js and npm are not installed");
    let (pinned, folder) = ("package-lock.json", workspace.target.join("bench").join("node"));
    let is_changed = fs::read(folder.join(pinned)).ok() != fs::read(sources(workspace, "node").join(pinned)).ok();
    copy(workspace, "node")?;
    if is_changed || !folder.join("node_modules").is_dir() {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        let installed = run(workspace.command("npm").current_dir(&folder).args(arguments));
        if installed.is_err() {
            // The next run tries again.
            fs::remove_file(folder.join(pinned))?;
        }
        installed?;
    }
    Ok(format!("node,{}", shown(&folder.join("runtime.mjs"))?))
}

fn python(workspace: &Workspace) -> Result<String> {
    anyhow::ensure!(tools::works("python3", &["--version"]), "Python is not installed");
    let home = tools::BENCH_PYTHON.installed(workspace)?;
    let folder = copy(workspace, "python")?;
    Ok(format!("{},{}", shown(&home.join("bin").join("python"))?, shown(&folder.join("runtime.py"))?))
}

fn sources(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root.join("benches/peers").join(name)
}

/// Copies a peer's files to the folder in which it runs.
fn copy(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.target.join("bench").join(name);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(sources(workspace, name))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    Ok(folder)
}

fn shown(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not valid Unicode", path.display()))?;
    anyhow::ensure!(!text.contains(','), "{text} has a comma");
    Ok(text.to_owned())
}
