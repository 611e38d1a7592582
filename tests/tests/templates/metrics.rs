//! Checks that alarms and the dashboard watch metrics that the functions write.

use crate::{packages, template, text};
use ringbolt_lambda::metrics::{DIMENSIONS, NAMES, NAMESPACE};
use serde_json::Value;

fn assert_written(metric: &str, function: &str) {
    assert!(NAMES.contains(&metric), "no function writes `{metric}`");
    assert!(packages().iter().any(|(package, _)| *package == function), "no function is called `{function}`");
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn every_alarm_watches_a_metric_that_is_written() {
    let mut watched = 0;
    for path in ["infra/observability.yaml", "template.yaml"] {
        for alarm in template(path)["Resources"].as_object().unwrap().values() {
            let properties = &alarm["Properties"];
            let in_expressions = properties["Metrics"].as_array().into_iter().flatten();
            let metrics = in_expressions.map(|metric| &metric["MetricStat"]["Metric"]).chain([properties]);
            for metric in metrics.filter(|metric| metric["Namespace"] == NAMESPACE) {
                let dimensions = metric["Dimensions"].as_array().unwrap();
                let names: Vec<&str> = dimensions.iter().map(|dimension| text_of(&dimension["Name"])).collect();
                assert_eq!(names, DIMENSIONS);
                let stack = &dimensions[0]["Value"]["Ref"];
                assert_eq!(stack, if path == "template.yaml" { "AWS::StackName" } else { "Stack" });
                assert_written(text_of(&metric["MetricName"]), text_of(&dimensions[1]["Value"]));
                watched += 1;
            }
        }
    }
    assert!(watched >= 12, "{watched}");
}

#[test]
fn every_metric_on_the_dashboard_is_written() {
    let dashboard = text("infra/observability.yaml");
    let start = format!("[\"{NAMESPACE}\", ");
    let mut shown = 0;
    for line in dashboard.lines().filter_map(|line| line.trim().strip_prefix(start.as_str())) {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).take(5).collect();
        let [metric, of_stack, stack, of_function, function] = words.as_slice() else { panic!("{line}") };
        assert_eq!(([*of_stack, *of_function], *stack), (DIMENSIONS, "${Stack}"));
        assert_written(metric, function);
        shown += 1;
    }
    assert!(shown >= 15, "{shown}");
}
