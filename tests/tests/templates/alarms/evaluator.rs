//! Evaluates an alarm of a template over samples of metrics, as CloudWatch does: statistics by period, metric math, and
//! missing data. It covers the forms that the templates use and fails on any other.

use crate::number;
use serde_json::Value;
use std::collections::BTreeMap;

/// One value of a metric.
#[derive(Clone, Debug)]
pub struct Sample {
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    /// Seconds since the beginning of the first period.
    pub at_secs: u64,
    pub value: f64,
}

/// An alarm whose references have become values.
pub struct Alarm {
    properties: Value,
}

impl Alarm {
    /// `resolve` gives the value of a reference: of a `Ref`, a `Fn::Sub` or a `Fn::GetAtt`.
    pub fn new(properties: &Value, resolve: &dyn Fn(&str) -> String) -> Self {
        Self { properties: resolved(properties, resolve) }
    }

    /// The length of what the alarm looks at, in seconds.
    pub fn range_secs(&self) -> u64 {
        self.period_secs() * self.number("EvaluationPeriods")
    }

    /// Whether the alarm is in the state ALARM after its range.
    pub fn fires(&self, samples: &[Sample]) -> bool {
        let periods = self.number("EvaluationPeriods");
        let breaching = (0..periods).filter(|period| self.breaches(*period, samples)).count();
        let needed = match &self.properties["DatapointsToAlarm"] {
            Value::Null => periods,
            datapoints => number(datapoints),
        };
        u64::try_from(breaching).unwrap() >= needed
    }

    fn breaches(&self, period: u64, samples: &[Sample]) -> bool {
        let Some(value) = self.value(period, samples) else {
            return match self.properties["TreatMissingData"].as_str().unwrap() {
                "notBreaching" => false,
                "breaching" => true,
                other => panic!("{other}"),
            };
        };
        let threshold: f64 = self.properties["Threshold"].as_str().unwrap().parse().unwrap();
        match self.properties["ComparisonOperator"].as_str().unwrap() {
            "GreaterThanOrEqualToThreshold" => value >= threshold,
            "GreaterThanThreshold" => value > threshold,
            "LessThanThreshold" => value < threshold,
            other => panic!("{other}"),
        }
    }

    /// The value of one period; `None` without data.
    fn value(&self, period: u64, samples: &[Sample]) -> Option<f64> {
        let Some(metrics) = self.properties["Metrics"].as_array() else {
            let kind = ["Statistic", "ExtendedStatistic"].iter().find_map(|name| self.properties[name].as_str());
            return statistic(&self.properties, kind.unwrap(), self.period_secs(), period, samples);
        };
        let (queries, expressions): (Vec<_>, Vec<_>) =
            metrics.iter().partition(|metric| metric["MetricStat"].is_object());
        let [expression] = expressions.as_slice() else { panic!("one expression is the result") };
        let values: BTreeMap<&str, Option<f64>> = queries
            .iter()
            .map(|query| {
                assert_eq!(query["ReturnData"], "false");
                let asked = &query["MetricStat"];
                let kind = asked["Stat"].as_str().unwrap();
                let value = statistic(&asked["Metric"], kind, number(&asked["Period"]), period, samples);
                (query["Id"].as_str().unwrap(), value)
            })
            .collect();
        sum(expression["Expression"].as_str().unwrap(), &values)
    }

    fn period_secs(&self) -> u64 {
        match self.properties["Metrics"].as_array() {
            None => self.number("Period"),
            Some(metrics) => {
                let mut periods: Vec<u64> = metrics
                    .iter()
                    .filter(|metric| metric["MetricStat"].is_object())
                    .map(|metric| number(&metric["MetricStat"]["Period"]))
                    .collect();
                periods.dedup();
                let [period] = periods.as_slice() else { panic!("the metrics have different periods: {periods:?}") };
                *period
            }
        }
    }

    fn number(&self, name: &str) -> u64 {
        number(&self.properties[name])
    }
}

/// The statistic of a metric in one period; `None` without data.
fn statistic(metric: &Value, kind: &str, period_secs: u64, period: u64, samples: &[Sample]) -> Option<f64> {
    let dimensions: BTreeMap<String, String> = metric["Dimensions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dimension| ["Name", "Value"].map(|part| dimension[part].as_str().unwrap().to_owned()).into())
        .collect();
    let mut values: Vec<f64> = samples
        .iter()
        .filter(|sample| metric["Namespace"] == *sample.namespace && metric["MetricName"] == *sample.metric)
        // A metric is another one with any other set of dimensions.
        .filter(|sample| sample.dimensions == dimensions && sample.at_secs / period_secs == period)
        .map(|sample| sample.value)
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(match kind {
        "Sum" => values.iter().sum(),
        "Maximum" => values[last],
        "p99" => values[last * 99 / 100],
        other => panic!("{other}"),
    })
}

/// The value of `FILL(a, 0) + b - FILL(c, 0)`; `None` if a term without `FILL` has no data.
fn sum(expression: &str, values: &BTreeMap<&str, Option<f64>>) -> Option<f64> {
    let signed = expression.replace(" - ", " + -");
    let mut total = 0.0;
    for term in signed.split(" + ") {
        let (sign, term) = term.strip_prefix('-').map_or((1.0, term), |term| (-1.0, term));
        let value = match term.strip_prefix("FILL(").and_then(|rest| rest.strip_suffix(", 0)")) {
            Some(id) => values[id].unwrap_or(0.0),
            None => values[term]?,
        };
        total += sign * value;
    }
    Some(total)
}

/// The properties with the values of their references.
fn resolved(value: &Value, resolve: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(map) => {
            if let Some((function @ ("Ref" | "Fn::Sub" | "Fn::GetAtt"), Value::String(name))) =
                map.iter().next().map(|(key, value)| (key.as_str(), value))
            {
                let name = if function == "Ref" { name.clone() } else { format!("{function} {name}") };
                return resolve(&name).into();
            }
            map.iter().map(|(key, value)| (key.clone(), resolved(value, resolve))).collect()
        }
        Value::Array(values) => values.iter().map(|value| resolved(value, resolve)).collect(),
        other => other.clone(),
    }
}
