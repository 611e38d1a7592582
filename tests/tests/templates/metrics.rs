//! Checks that alarms and the dashboard watch metrics that the functions write.

use crate::{FUNCTIONS, template, text};
use ringbolt_lambda::metrics::{DIMENSION, NAMES, NAMESPACE};

fn assert_written(metric: &str, function: &str) {
    assert!(NAMES.contains(&metric), "no function writes `{metric}`");
    assert!(FUNCTIONS.iter().any(|known| known.name() == function), "no function is called `{function}`");
}

#[test]
fn every_alarm_watches_a_metric_that_is_written() {
    let mut watched = 0;
    for path in ["infra/observability.yaml", "template.yaml"] {
        for alarm in template(path)["Resources"].as_object().unwrap().values() {
            let properties = &alarm["Properties"];
            if properties["Namespace"] != NAMESPACE {
                continue;
            }
            assert_eq!(properties["Dimensions"][0]["Name"], DIMENSION);
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            assert_written(&text(&properties["MetricName"]), &text(&properties["Dimensions"][0]["Value"]));
            watched += 1;
        }
    }
    assert!(watched >= 6, "{watched}");
}

#[test]
fn every_metric_on_the_dashboard_is_written() {
    let dashboard = text("infra/observability.yaml");
    let start = format!("[\"{NAMESPACE}\", ");
    let mut shown = 0;
    for line in dashboard.lines().filter_map(|line| line.trim().strip_prefix(start.as_str())) {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).take(3).collect();
        let [metric, dimension, function] = words.as_slice() else { panic!("{line}") };
        assert_eq!(*dimension, DIMENSION);
        assert_written(metric, function);
        shown += 1;
    }
    assert!(shown >= 15, "{shown}");
}
