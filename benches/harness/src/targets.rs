//! The figures that the project has set itself, and what was measured.

use crate::{
    figures::{least, median, ratio},
    measure::Sample,
    options::Options,
    plan::{Key, Results},
    subject::Kind::{self, Auth, NaiveRust, NextActionPin, Node, RawRust},
};

/// The memory size of most comparisons, in MB.
const USUAL_MB: u32 = 512;
/// The smallest one, in MB.
const LEAST_MB: u32 = 128;
/// That of the thousands of requests.
const WHOLE_MB: u32 = 1769;

/// A figure with its target, of which less is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// What it is.
    pub figure: &'static str,
    /// What was measured. `None` if it was not.
    pub value: Option<f64>,
    /// What is wanted.
    pub target: f64,
}

/// All figures.
#[must_use]
pub fn targets(results: &Results, options: &Options) -> Vec<Target> {
    let over = |group, memory_mb, kind, rounds: fn(&[f64]) -> f64, what: fn(&Sample) -> f64| {
        results.over(Key { group, memory_mb, kind, turn: 0 }, rounds, what)
    };
    let of = |group, memory_mb, kind, what: fn(&Sample) -> f64| over(group, memory_mb, kind, median, what);
    let against = |group, memory_mb, kind: Kind, peer: Kind, what: fn(&Sample) -> f64| {
        ratio(of(group, memory_mb, kind, what)?, of(group, memory_mb, peer, what)?)
    };
    let p50: fn(&Sample) -> f64 = |sample| sample.warm(0.5);
    let cpu = |group, kind: Kind, peer: Kind| {
        let of = |kind| over(group, USUAL_MB, kind, least, |sample| sample.warm_cpu_ms);
        ratio(of(kind)?, of(peer)?)
    };
    let cold: fn(&Sample) -> f64 = Sample::cold_ms;
    let requests: fn(&Sample) -> f64 = |sample| sample.per_request(sample.warm.all());
    let end_mib: fn(&Sample) -> f64 = |sample| mib(sample.end_kib);
    let first = |group, what: fn(&Sample) -> f64| of(group, USUAL_MB, Auth, what);
    let target = |figure, value, target| Target { figure, value, target };
    let instructions = |kind: Kind, peer: Kind| {
        ratio(results.instructions.get(&kind)?.request, results.instructions.get(&peer)?.request)
    };
    let deployed_cold = |group| ratio(first(group, cold)?, of("keyed", USUAL_MB, NaiveRust, cold)?);
    vec![
        target("DynamoDB requests an attempt", first("keyed", requests), 1.00),
        target("warm p50 at 512 MB, against naive Rust", against("keyed", USUAL_MB, Auth, NaiveRust, p50), 0.50),
        target("warm p50 at 128 MB, against naive Rust", against("shares", LEAST_MB, Auth, NaiveRust, p50), 0.50),
        target("CPU per 1,000 (keyed), against naive Rust", cpu("keyed", Auth, NaiveRust), 0.35),
        target("the same in instructions", instructions(Auth, NaiveRust), 0.35),
        target("CPU per 1,000, against one raw request", cpu("keyed", Auth, RawRust), 3.5),
        target("the same in instructions", instructions(Auth, RawRust), 3.5),
        target(
            "next action with a PIN: p50 at 512 MB, against the auth webhook",
            against("functions", USUAL_MB, NextActionPin, Auth, p50),
            1.10,
        ),
        target(
            "next action with a PIN: p50 at 128 MB, against the auth webhook",
            against("functions", LEAST_MB, NextActionPin, Auth, p50),
            1.10,
        ),
        target("next action with a PIN: CPU, against the auth webhook", cpu("functions", NextActionPin, Auth), 1.4),
        target("the same in instructions", instructions(NextActionPin, Auth), 1.4),
        target(
            "as deployed, keyed: cold at 512 MB, against naive Rust with its secret in the environment",
            deployed_cold("deployed-keyed"),
            0.35,
        ),
        target(
            "the same with Argon2id, against naive Rust with Argon2id",
            against("deployed", USUAL_MB, Auth, NaiveRust, cold),
            0.35,
        ),
        target("bootstrap of the auth webhook, MiB", bytes(Auth, options).map(|bytes| mib(bytes / 1024)), 8.0),
        target(
            "memory after thousands of requests, against naive Rust",
            against("memory", WHOLE_MB, Auth, NaiveRust, end_mib),
            0.9,
        ),
        target("memory as shipped, after dozens of attempts, MiB", first("deployed", end_mib), 40.0),
        target("p50 as shipped, against naive Rust", against("deployed", USUAL_MB, Auth, NaiveRust, p50), 0.85),
        target("p50 as shipped, against Node.js", against("deployed", USUAL_MB, Auth, Node, p50), 0.9),
    ]
}

/// The size of a program's file.
#[must_use]
pub fn bytes(kind: Kind, options: &Options) -> Option<u64> {
    let program = kind.program(options)?;
    Some(std::fs::metadata(program.first()?).ok()?.len())
}

/// KiB as MiB.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
pub fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn results(samples: &[(&'static str, Kind, Sample)]) -> Results {
        let mut results = Results::default();
        for (group, kind, sample) in samples {
            let key = Key { group, memory_mb: USUAL_MB, kind: *kind, turn: 0 };
            results.samples.entry(key).or_default().push(sample.clone());
        }
        results
    }

    fn value(results: &Results, figure: &str) -> Option<f64> {
        let options = Options::parse_from(["bench", "--bootstraps", "nowhere"]);
        targets(results, &options).iter().find(|target| target.figure == figure).unwrap().value
    }

    #[test]
    fn figures_are_ratios_of_medians_and_those_of_processor_time_of_the_least() {
        let of = |p50: f64, cpu: f64| Sample { warm_ms: vec![p50; 3], warm_cpu_ms: cpu, ..Sample::default() };
        let auth = [(5.0, 0.4), (6.0, 0.5), (50.0, 4.0)].map(|(p50, cpu)| ("keyed", Auth, of(p50, cpu)));
        let [first, second, third] = auth;
        let results = results(&[first, second, third, ("keyed", NaiveRust, of(12.0, 1.0))]);
        assert_eq!(value(&results, "warm p50 at 512 MB, against naive Rust"), Some(0.5));
        assert_eq!(value(&results, "CPU per 1,000 (keyed), against naive Rust"), Some(0.4));
        assert_eq!(value(&results, "CPU per 1,000, against one raw request"), None);
    }

    #[test]
    fn a_cold_start_as_deployed_is_compared_with_a_peer_that_has_its_secret() {
        let of = |init_ms: f64, first_ms: f64| Sample { init_ms, first_ms, ..Sample::default() };
        let samples = [("deployed-keyed", Auth, of(40.0, 10.0)), ("keyed", NaiveRust, of(20.0, 180.0))];
        let figure = "as deployed, keyed: cold at 512 MB, against naive Rust with its secret in the environment";
        assert_eq!(value(&results(&samples), figure), Some(0.25));
    }
}
