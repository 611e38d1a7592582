//! Samples of metrics: ours, from the lines that the functions write, and those of AWS's own services.

use super::evaluator::Sample;
use ringbolt_core::{
    outcome::Outcome,
    pin::{DayKey, Guess},
    time::EpochMs,
};
use ringbolt_lambda::{
    FailedTry, Report,
    answer::Noticed,
    metrics::{self, Invocation},
};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

pub const STACK: &str = "ringbolt";
/// Another stack in the same account and region.
pub const OTHER_STACK: &str = "ringbolt-dev";

fn invocation<'a>(stack: &'a str, function: &'a str, elapsed_ms: u64) -> Invocation<'a> {
    Invocation {
        stack: Some(stack),
        function,
        request_id: "85dc8f94-eb58-4356-b415-e4a90777a5a8",
        cold: false,
        at: EpochMs(0),
        elapsed: Duration::from_millis(elapsed_ms),
    }
}

/// What a function writes about `times` equal answers, in the first second.
pub fn answers(
    stack: &str,
    function: &str,
    outcome: Outcome,
    status: u16,
    elapsed_ms: u64,
    times: usize,
) -> Vec<Sample> {
    let report = Report { outcome, ..Report::default() };
    let line = metrics::answered(&invocation(stack, function, elapsed_ms), "demo", &report, status);
    (0..times).flat_map(|_| recorded(&line)).collect()
}

/// What a function writes about as many wrong guesses, in the first second.
pub fn guesses(stack: &str, function: &str, times: usize) -> Vec<Sample> {
    let day = DayKey::of(ringbolt_tests::hasher().keys().current(), EpochMs(0));
    let guess = Guess::keyed("1593").map(|guess| day.guess(&guess));
    let failed_try = Some(FailedTry { account: day.account(&ringbolt_tests::caller("90786")), guess });
    let noticed = Some(Box::new(Noticed { failed_try, ..Noticed::default() }));
    let report = Report { outcome: Outcome::Wrong, noticed, ..Report::default() };
    let line = metrics::answered(&invocation(stack, function, 5), "demo", &report, 200);
    (0..times).flat_map(|_| recorded(&line)).collect()
}

/// What a function writes about a duress PIN, in the first second.
pub fn duress(stack: &str, function: &str) -> Vec<Sample> {
    let noticed = Some(Box::new(Noticed { duress: true, ..Noticed::default() }));
    let report = Report { outcome: Outcome::Verified, noticed, ..Report::default() };
    recorded(&metrics::answered(&invocation(stack, function, 5), "demo", &report, 200))
}

/// What the postback writes about a batch from the queue.
pub fn drained(stack: &str, kept: usize, failed: usize) -> Vec<Sample> {
    recorded(&metrics::drained(&invocation(stack, "transcription-postback", 30), kept, failed))
}

/// Reads a line as CloudWatch does ("Specification: Embedded metric format").
fn recorded(line: &Value) -> Vec<Sample> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut samples = Vec::new();
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        for names in directive["Dimensions"].as_array().unwrap() {
            let dimensions: BTreeMap<_, _> =
                names.as_array().unwrap().iter().map(|name| (text(name), text(&line[text(name)]))).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                samples.push(Sample {
                    namespace: text(&directive["Namespace"]),
                    metric: text(&metric["Name"]),
                    dimensions: dimensions.clone(),
                    at_secs: 0,
                    value: line[text(&metric["Name"])].as_f64().unwrap(),
                });
            }
        }
    }
    samples
}

/// Samples of one of AWS's metrics, all in the first second.
pub fn aws(namespace: &str, metric: &str, dimensions: &[(&str, &str)], values: &[f64]) -> Vec<Sample> {
    let dimensions: BTreeMap<_, _> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sample = |value: &f64| Sample {
        namespace: namespace.to_owned(),
        metric: metric.to_owned(),
        dimensions: dimensions.clone(),
        at_secs: 0,
        value: *value,
    };
    values.iter().map(sample).collect()
}

/// Something in AWS that has metrics.
#[derive(Clone, Copy)]
pub struct Aws {
    pub namespace: &'static str,
    pub dimension: (&'static str, &'static str),
}

impl Aws {
    /// One value a period.
    pub fn each(self, metric: &str, values: &[f64], period_secs: u64) -> Vec<Sample> {
        let mut samples = aws(self.namespace, metric, &[self.dimension], values);
        for (sample, period) in samples.iter_mut().zip(0..) {
            sample.at_secs = period * period_secs;
        }
        samples
    }
}
