//! The runbook has a section for each alarm, and names only what exists.

use crate::{template, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const RUNBOOK: &str = "docs/runbook.md";
/// The parts of each section, in this order.
const PARTS: [&str; 3] = ["**What it means.**", "**Look.**", "**Do.**"];
/// The heading of the sections about alarms.
const ALARMS: &str = "\n## Alarms\n";

/// An anchor, as GitHub makes it from a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

/// The sections about alarms by their anchors.
fn sections() -> BTreeMap<String, String> {
    let runbook = text(RUNBOOK);
    let alarms = runbook.split(ALARMS).nth(1).expect("the part about alarms");
    let alarms = alarms.split("\n## ").next().unwrap();
    let mut sections = BTreeMap::new();
    for section in alarms.split("\n### ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap();
        sections.insert(anchor(heading), body.to_owned());
    }
    sections
}

fn resources_of(kind: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for file in ["infra/observability.yaml", "template.yaml"] {
        for (id, resource) in template(file)["Resources"].as_object().unwrap() {
            if resource["Type"] == kind {
                found.insert(id.clone(), resource["Properties"].clone());
            }
        }
    }
    found
}

#[test]
fn every_alarm_links_to_a_section_and_every_section_belongs_to_an_alarm() {
    let mut linked = BTreeSet::new();
    for (id, alarm) in resources_of("AWS::CloudWatch::Alarm") {
        let description = alarm["AlarmDescription"].as_str().unwrap();
        let (_, section) = description.rsplit_once(&format!("Runbook: {RUNBOOK}#")).unwrap_or_else(|| panic!("{id}"));
        linked.insert(section.to_owned());
    }
    assert_eq!(linked, sections().into_keys().collect());
}

#[test]
fn every_section_says_what_it_means_what_to_look_at_and_what_to_do() {
    let queries = saved_queries();
    for (section, body) in sections() {
        let mut rest = body.as_str();
        for part in PARTS {
            (_, rest) = rest.split_once(part).unwrap_or_else(|| panic!("{section} lacks {part}"));
        }
        let look = body.split(PARTS[1]).nth(1).unwrap().split(PARTS[2]).next().unwrap();
        let asks = queries.iter().any(|query| look.contains(&format!("`STACK/{query}`"))) || look.contains("    aws ");
        assert!(asks, "{section} names neither a saved query nor a command");
    }
}

/// The names of the saved queries, without the stack's.
fn saved_queries() -> BTreeSet<String> {
    let queries = resources_of("AWS::Logs::QueryDefinition");
    assert!(queries.len() >= 8, "{}", queries.len());
    queries.values().map(|query| query["Name"]["Fn::Sub"].as_str().unwrap().replace("${Stack}/", "")).collect()
}

#[test]
fn the_runbook_names_every_saved_query_and_no_other() {
    let runbook = text(RUNBOOK);
    let named: BTreeSet<String> =
        runbook.split("`STACK/").skip(1).map(|rest| rest.split('`').next().unwrap().to_owned()).collect();
    assert_eq!(named, saved_queries());
}

#[test]
fn saved_queries_read_the_fields_that_are_logged() {
    // The line of an answer, the other lines, the access log, and what Logs Insights itself adds.
    let known = [
        "@timestamp",
        "@message",
        "Function",
        "flow",
        "version",
        "call",
        "session",
        "guess",
        "account",
        "why",
        "outcome",
        "status",
        "LatencyMs",
        "ColdStarts",
        "message",
        "level",
        "failure",
        "reason",
        "check",
        "kept",
        "failed",
        "routeKey",
        "sourceIp",
        "integrationError",
        "latencyMs",
        "integrationLatencyMs",
    ];
    for (id, query) in resources_of("AWS::Logs::QueryDefinition") {
        let text = query["QueryString"].as_str().unwrap();
        let fields = text.lines().next().unwrap().strip_prefix("fields ").unwrap_or_else(|| panic!("{id}"));
        for field in fields.split(", ") {
            assert!(known.contains(&field), "{id}: {field}");
        }
        assert!(!query["LogGroupNames"].as_array().unwrap().is_empty(), "{id}");
    }
}

/// The account's log groups hold no secret, so a query cannot show one; but a query must not be a way around that either.
#[test]
fn no_saved_query_shows_whole_lines_of_answers() {
    for (id, query) in resources_of("AWS::Logs::QueryDefinition") {
        let text = query["QueryString"].as_str().unwrap();
        assert!(!text.contains("@message") || text.contains("@message like"), "{id}");
    }
}
