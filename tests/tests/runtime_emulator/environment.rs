//! The functions' environment variables in `events/env.json` are those that they read.

pub use ringbolt_tests::environment::{
    ENROLMENT, Environment, FUNCTIONS, STEERING, bootstrap, documented, hasher, logical_id,
};

use ringbolt_core::{dialects::twiml::signature::TwimlKeys, pin::PinKeys};
use ringbolt_lambda::{
    config::{EnrolConfig, SteeringConfig, StoringConfig, WebhookConfig},
    token::WebhookTokens,
};
use ringbolt_tests::{
    app::{Function, root},
    environment::path,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Read by the SDK instead of Ringbolt.
const READ_BY_THE_SDK: [&str; 1] = ["AWS_ENDPOINT_URL_DYNAMODB"];

/// The path of the emulator.
pub fn emulator() -> PathBuf {
    path("RINGBOLT_TEST_RIE")
}

#[test]
fn every_function_has_a_documented_environment_and_nothing_else_has() {
    let text = std::fs::read_to_string(root().join("events/env.json")).unwrap();
    let all: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    let expected: BTreeSet<&str> = FUNCTIONS.map(logical_id).into_iter().chain([ENROLMENT]).collect();
    assert_eq!(all.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_documented_environment_is_complete_and_every_variable_is_read() {
    for function in FUNCTIONS {
        let environment = documented(logical_id(function));
        let asked = RefCell::new(BTreeSet::from(READ_BY_THE_SDK.map(str::to_owned)));
        let get = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            environment.get(name).cloned()
        };
        if function == Function::Voice {
            WebhookConfig::signed_from_env(get).unwrap();
            TwimlKeys::from_json(&environment["RINGBOLT_TWIML_KEYS"]).unwrap();
        } else {
            WebhookConfig::from_env(get).unwrap();
            WebhookTokens::from_json(&environment["RINGBOLT_WEBHOOK_TOKENS"]).unwrap();
        }
        if function == Function::Transcription {
            StoringConfig::from_env(get).unwrap();
        } else {
            let last_resort = match function {
                Function::Auth => auth_webhook::last_resort,
                Function::Voice => voice_webhook::last_resort,
                _ => next_action::last_resort,
            };
            SteeringConfig::from_env(get, last_resort).unwrap();
            PinKeys::from_json(&environment["RINGBOLT_PIN_KEYS"]).unwrap();
        }
        let set: BTreeSet<String> = environment.keys().cloned().collect();
        let unread: Vec<_> = set.difference(&asked.borrow()).cloned().collect();
        assert!(unread.is_empty(), "{function:?} does not read {unread:?}");
        assert!(READ_BY_THE_SDK.iter().all(|name| environment.contains_key(*name)), "{function:?}");
    }
}

#[test]
fn the_enrolment_functions_documented_environment_is_complete() {
    let environment = documented(ENROLMENT);
    let asked = RefCell::new(BTreeSet::from(READ_BY_THE_SDK.map(str::to_owned)));
    EnrolConfig::from_env(|name| {
        asked.borrow_mut().insert(name.to_owned());
        environment.get(name).cloned()
    })
    .unwrap();
    assert_eq!(environment["RINGBOLT_PIN_KEYS"], documented(logical_id(Function::Auth))["RINGBOLT_PIN_KEYS"]);
    let set: BTreeSet<String> = environment.keys().cloned().collect();
    assert!(set.is_subset(&asked.into_inner()), "{set:?}");
}
