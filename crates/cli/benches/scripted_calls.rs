//! How long `ringbolt flow test` takes for 1,000 scripted calls: the bank's, a hundred times under other names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "benchmark")]

use std::{fmt::Write as _, fs, process::Command};

const FLOW: &str = include_str!("../../../flows/bank.yaml");
const CALLS: &str = include_str!("../../../flows/bank.calls.yaml");

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 1, sample_size = 1, args = [1, 2])]
fn a_thousand_calls(bencher: divan::Bencher<'_, '_>, jobs: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (callers, calls) = CALLS.split_once("calls:\n").unwrap();
    let mut text = format!("{callers}calls:\n");
    for number in 0..1_000 / calls.matches("  - call: ").count() {
        for line in calls.lines() {
            let name = if line.starts_with("  - call: ") { format!(" ({number})") } else { String::new() };
            writeln!(text, "{line}{name}").unwrap();
        }
    }
    fs::write(folder.path().join("bank.yaml"), FLOW).unwrap();
    fs::write(folder.path().join("bank.calls.yaml"), text).unwrap();
    bencher.bench_local(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
        let command = command.args(["flow", "test", "bank.yaml", "--jobs", &jobs.to_string()]);
        let output = command.current_dir(folder.path()).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).ends_with("1000 passed, 0 failed (1 flow)\n"));
    });
}
