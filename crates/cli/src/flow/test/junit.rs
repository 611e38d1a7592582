//! Results in JUnit's format, which systems for continuous integration show: a suite for each flow, a case for each call
//! and for each thing that exploration found.

use super::{results::Results, suite::Suite};
use ringbolt_core::text::xml_text;
use std::time::Duration;

pub(super) fn document(suite: &Suite, results: &Results) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    let explored = results.explored(suite);
    for (index, tested) in suite.flows.iter().enumerate() {
        let calls: Vec<_> = results.calls.iter().filter(|call| call.flow == index).collect();
        let found = explored.iter().filter(|one| one.file == tested.file).flat_map(|one| &one.findings);
        let mut cases: Vec<Case> = calls
            .iter()
            .map(|call| Case {
                name: &call.name,
                took: call.took,
                failure: call.played.failure.as_ref().map(|failure| {
                    let message = format!("expected: {}; heard: {}", failure.expected, failure.heard);
                    let place = format!("{}:{}", tested.calls_file.display(), failure.at.line);
                    (message, format!("{place}\n{}", failure.transcript.join("\n")))
                }),
            })
            .collect();
        let found: Vec<(String, &str, &str)> = found
            .map(|finding| (finding.kind.to_string(), finding.message.as_str(), finding.script.as_str()))
            .collect();
        cases.extend(found.iter().map(|(name, message, script)| Case {
            name,
            took: Duration::ZERO,
            failure: Some(((*message).to_owned(), (*script).to_owned())),
        }));
        if !cases.is_empty() {
            text.push_str(&suite_of(tested.flow.name.as_str(), &cases));
        }
    }
    let wrong: Vec<(String, String)> = suite
        .mistaken()
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| (file.name.clone(), finding.message.clone())))
        .collect();
    let mistakes: Vec<Case> = wrong
        .iter()
        .map(|(file, message)| Case {
            name: file,
            took: Duration::ZERO,
            failure: Some((message.clone(), String::new())),
        })
        .collect();
    if !mistakes.is_empty() {
        text.push_str(&suite_of("files", &mistakes));
    }
    text.push_str("</testsuites>\n");
    text
}

struct Case<'r> {
    name: &'r str,
    took: Duration,
    /// The message and the details.
    failure: Option<(String, String)>,
}

fn suite_of(name: &str, cases: &[Case<'_>]) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let took: Duration = cases.iter().map(|case| case.took).sum();
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" time=\"{:.3}\">\n",
        attribute(name),
        cases.len(),
        took.as_secs_f64()
    );
    for Case { name: case, took, failure } in cases {
        let (classname, name, took) = (attribute(name), attribute(case), took.as_secs_f64());
        text.push_str(&format!("    <testcase classname=\"{classname}\" name=\"{name}\" time=\"{took:.3}\""));
        match failure {
            None => text.push_str("/>\n"),
            Some((message, details)) => {
                let (message, details) = (attribute(message), attribute(details));
                text.push_str(&format!(
                    ">\n      <failure message=\"{message}\">{details}</failure>\n    </testcase>\n"
                ));
            }
        }
    }
    text.push_str("  </testsuite>\n");
    text
}

/// XML has no control characters but tabs and line ends.
fn attribute(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    xml_text(text.as_str()).into_owned()
}
