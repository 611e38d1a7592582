//! Checks that the templates for `sam deploy`, the code and the documents agree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod alarms;
mod costs;
mod data;
mod enrolment;
mod environment;
mod metrics;
mod parameters;
mod permissions;
mod policies;
mod routes;
mod runbook;
mod versions;
mod voice;
mod yaml;

use ringbolt_tests::app::{Function, root};
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// The webhooks.
const FUNCTIONS: [Function; 4] = [Function::Auth, Function::NextAction, Function::Transcription, Function::Voice];
/// Those that steer calls, so that a canary deployment watches them.
const STEERING: [Function; 3] = [Function::Auth, Function::NextAction, Function::Voice];

/// The package of the enrolment function, and its name in the template.
const ENROLMENT: (&str, &str) = ("enrol", "Enrolment");

/// The packages of all functions, and their names in the template, without the suffix `Function`, `Role` or `LogGroup`.
fn packages() -> Vec<(&'static str, &'static str)> {
    FUNCTIONS.into_iter().map(|function| (function.name(), logical_id(function))).chain([ENROLMENT]).collect()
}

/// The name of a function in the template, without the suffix `Function`, `Role` or `LogGroup`.
fn logical_id(function: Function) -> &'static str {
    match function {
        Function::Auth => "AuthWebhook",
        Function::NextAction => "NextAction",
        Function::Transcription => "TranscriptionPostback",
        Function::Voice => "VoiceWebhook",
    }
}

/// Reads a template; its path is relative to the repository's root.
fn template(path: &str) -> Value {
    yaml::parse(&text(path))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn number(value: &Value) -> u64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a number")).parse().unwrap()
}

fn keys(map: &Value) -> BTreeSet<String> {
    map.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_functions_are_built_from_their_packages() {
    let root = template("template.yaml");
    let functions: BTreeSet<_> = root["Resources"]
        .as_object()
        .unwrap()
        .values()
        .filter(|resource| resource["Type"] == "AWS::Serverless::Function")
        .map(|function| function["Properties"]["CodeUri"].as_str().unwrap().to_owned())
        .collect();
    let packages = packages();
    assert_eq!(functions, packages.iter().map(|(package, _)| format!("functions/{package}")).collect());
    for (package, id) in packages {
        let code = &root["Resources"][format!("{id}Function")]["Properties"]["CodeUri"];
        assert_eq!(*code, format!("functions/{package}"));
        let manifest = text(&format!("functions/{package}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{package}\"")));
    }
}

#[test]
fn the_deployment_guide_covers_every_parameter_and_output() {
    let (root, guide) = (template("template.yaml"), text("docs/deploy.md"));
    let groups = root["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].as_array().unwrap();
    let grouped: BTreeSet<_> = groups
        .iter()
        .flat_map(|group| group["Parameters"].as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(grouped, keys(&root["Parameters"]), "every parameter is in a group");
    let unknown = |part: &str| -> Vec<_> {
        keys(&root[part]).into_iter().filter(|name| !guide.contains(&format!("`{name}`"))).collect()
    };
    assert_eq!(unknown("Parameters"), Vec::<String>::new());
    assert_eq!(unknown("Outputs"), Vec::<String>::new());
}

#[test]
fn alarms_and_the_dashboard_watch_existing_functions() {
    let observability = template("infra/observability.yaml");
    let watched: BTreeSet<_> = observability["Resources"]
        .as_object()
        .unwrap()
        .values()
        .filter(|resource| resource["Properties"]["Namespace"] == "Ringbolt")
        .map(|alarm| alarm["Properties"]["Dimensions"][1]["Value"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(watched, FUNCTIONS.map(|function| function.name().to_owned()).into());

    let body = observability["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    let body: Value = serde_json::from_str(&body.replace("${DeadlineMs}", "1000")).unwrap();
    for metric in
        body["widgets"].as_array().unwrap().iter().flat_map(|w| w["properties"]["metrics"].as_array().unwrap())
    {
        if metric[0] == "Ringbolt" {
            assert!(packages().iter().any(|(package, _)| metric[5] == *package), "{metric}");
        }
    }
}
