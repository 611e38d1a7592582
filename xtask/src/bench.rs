//! `cargo xtask bench`: builds the functions, their peers in `benches/peers/` and the program that measures them.

mod options;
mod peers;

use anyhow::Result;

pub use options::Options;

use crate::steps::sam_build;
use crate::workspace::{Workspace, run};
use peers::Peer;

/// A test of the program that measures. Building it also builds the program, with the features of the `tests` step.
const PROGRAM_TEST: &str = "bench_proxy";
const PROGRAM: &str = "ringbolt-bench";

/// Builds everything, and measures.
///
/// # Errors
/// Something of ours does not build, or does not answer as it should. A peer in another language that cannot be installed
/// is skipped.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let bootstraps = match &options.bootstraps {
        Some(folder) => folder.canonicalize()?,
        None => sam_build::build(workspace)?,
    };
    run(workspace.cargo().args(["test", "--workspace", "--no-run", "--quiet", "--test", PROGRAM_TEST]))?;
    let mut program = workspace.child(workspace.target.join("debug").join(PROGRAM));
    program.arg("--bootstraps").arg(bootstraps).args(&options.passed_on);
    for peer in peers::built(workspace, |name| options.wants_peer(name))? {
        match peer {
            Peer::Ready { name, command } => program.arg(format!("--peer={name}={command}")),
            Peer::Skipped { name, reason } => program.arg(format!("--skipped={name}: {reason}")),
        };
    }
    run(&mut program)
}
