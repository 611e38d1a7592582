//! The functions' environment variables: those that the template sets, the code reads and the documents explain.

use crate::{FUNCTIONS, keys, logical_id, number, template, text};
use ringbolt_lambda::config::{self, SteeringConfig, StoringConfig, WebhookConfig};
use ringbolt_tests::app::Function;
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeSet};

/// Read by the SDK instead of Ringbolt.
const READ_BY_THE_SDK: &str = "AWS_ENDPOINT_URL_DYNAMODB";
/// Replaces the table of call flows in local runs.
const LOCAL: &str = "RINGBOLT_FLOW_FILES";

/// The variables that the template sets for a function: its own and those of all functions, without those that it takes
/// away again.
fn set(root: &Value, function: Function) -> BTreeSet<String> {
    let own = &root["Resources"][format!("{}Function", logical_id(function))]["Properties"]["Environment"]["Variables"];
    let common = keys(&root["Globals"]["Function"]["Environment"]["Variables"]);
    let taken_away = |name: &&String| own[name.as_str()] == json!({ "Ref": "AWS::NoValue" });
    common.union(&keys(own)).filter(|name| !taken_away(name)).cloned().collect()
}

/// The variables that a function's code reads.
fn read(function: Function) -> BTreeSet<String> {
    let asked = RefCell::new(BTreeSet::new());
    let get = |name: &str| -> Option<String> {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    match function {
        Function::Voice => assert!(WebhookConfig::signed_from_env(get).is_err()),
        Function::Auth | Function::NextAction | Function::Transcription => {
            assert!(WebhookConfig::from_env(get).is_err());
        }
    }
    assert_eq!(config::stack_name(get), None);
    match function {
        Function::Transcription => assert!(StoringConfig::from_env(get).is_ok(), "the queue is optional"),
        Function::Auth | Function::NextAction | Function::Voice => {
            assert!(SteeringConfig::from_env(get, next_action::last_resort).is_err());
        }
    }
    asked.into_inner()
}

#[test]
fn each_function_gets_what_it_reads_and_nothing_else() {
    let root = template("template.yaml");
    for function in FUNCTIONS {
        let (mut set, mut read) = (set(&root, function), read(function));
        assert!(set.remove(READ_BY_THE_SDK), "{function:?}");
        read.remove(LOCAL);
        assert_eq!(set, read, "{function:?}");
    }
}

#[test]
fn every_variable_is_in_the_reference() {
    let (root, reference) = (template("template.yaml"), text("docs/configuration.md"));
    let all: BTreeSet<_> =
        FUNCTIONS.into_iter().flat_map(|function| set(&root, function).into_iter().chain(read(function))).collect();
    let unknown: Vec<_> = all.iter().filter(|name| !reference.contains(&format!("`{name}`"))).collect();
    assert!(unknown.is_empty(), "docs/configuration.md does not mention {unknown:?}");
}

fn webhook(variable: &str, value: &str) -> Result<WebhookConfig, String> {
    let get = |name: &str| match name {
        _ if name == variable => Some(value.to_owned()),
        "RINGBOLT_CALLERS_TABLE" | "RINGBOLT_CALLS_TABLE" | "RINGBOLT_COUNTERS_TABLE" | "RINGBOLT_WEBHOOK_TOKENS" => {
            Some("set".to_owned())
        }
        _ => None,
    };
    WebhookConfig::from_env(get).map_err(|mistakes| mistakes.to_string())
}

#[test]
fn parameters_have_the_ranges_and_defaults_of_the_code() {
    let parameters = &template("template.yaml")["Parameters"];
    for (parameter, variable) in [("DeadlineMs", "RINGBOLT_DEADLINE_MS"), ("RetentionDays", "RINGBOLT_RETENTION_DAYS")]
    {
        let (least, most) = (number(&parameters[parameter]["MinValue"]), number(&parameters[parameter]["MaxValue"]));
        for (value, good) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
            assert_eq!(webhook(variable, &value.to_string()).is_ok(), good, "{variable}={value}");
        }
        let default = parameters[parameter]["Default"].as_str().unwrap();
        let (unset, set) = (webhook("none", "").unwrap(), webhook(variable, default).unwrap());
        assert_eq!((unset.deadline, unset.retention), (set.deadline, set.retention), "{variable}");
    }
}

#[test]
fn the_code_accepts_every_allowed_value_of_a_parameter() {
    let parameters = &template("template.yaml")["Parameters"];
    let choices = |name: &str| -> Vec<String> {
        let allowed = parameters[name]["AllowedValues"].as_array().unwrap();
        assert!(allowed.contains(&parameters[name]["Default"]), "{name}");
        allowed.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    for level in choices("LogLevel") {
        webhook("RINGBOLT_LOG_LEVEL", &level).unwrap();
    }
    for hash in choices("PinHash") {
        assert!(ringbolt_lambda::config::pin_hashes(&hash).is_some(), "{hash}");
    }
    assert!(webhook("RINGBOLT_LOG_LEVEL", "loud").is_err());
}
