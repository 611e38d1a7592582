//! The functions' environment variables, from `events/env.json`, which `sam local invoke --env-vars` also takes.

use ringbolt_core::{
    dialects::twiml::signature::TwimlKeys,
    pin::{PinHash, PinHasher, PinKeys},
};
use ringbolt_lambda::{
    config::{EnrolConfig, SteeringConfig, StoringConfig, WebhookConfig},
    token::WebhookTokens,
};
use ringbolt_tests::{
    TestDatabase,
    app::{Function, root},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    env,
    path::PathBuf,
    process::Command,
};

pub const FUNCTIONS: [Function; 4] = [Function::Auth, Function::NextAction, Function::Transcription, Function::Voice];

/// Those that steer calls.
pub const STEERING: [Function; 3] = [Function::Auth, Function::NextAction, Function::Voice];

/// The enrolment function's name in the SAM template.
pub const ENROLMENT: &str = "EnrolmentFunction";

/// Read by the SDK instead of Ringbolt.
const READ_BY_THE_SDK: [&str; 1] = ["AWS_ENDPOINT_URL_DYNAMODB"];

/// Environment variables. A child process gets no others except `PATH`.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of `events/env.json` with a test database, and a deadline long enough for a busy machine.
    pub fn on(database: &TestDatabase, function: Function) -> Self {
        Self::of_file(function)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
            .with("RINGBOLT_CALLERS_TABLE", &database.tables.callers)
            .with("RINGBOLT_CALLS_TABLE", &database.tables.calls)
            .with("RINGBOLT_COUNTERS_TABLE", &database.tables.counters)
    }

    /// The same variables with an unreachable database.
    pub fn without_database(function: Function) -> Self {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self::of_file(function).with("AWS_ENDPOINT_URL_DYNAMODB", &format!("http://{closed}"))
    }

    fn of_file(function: Function) -> Self {
        let flow = root().canonicalize().unwrap().join("flows/demo.yaml");
        let mut environment = Self::documented(logical_id(function)).with("RINGBOLT_DEADLINE_MS", "20000");
        if function != Function::Transcription {
            // A file instead of the table, since other tests cover published flows.
            environment =
                environment.without("RINGBOLT_FLOWS_TABLE").with("RINGBOLT_FLOW_FILES", flow.to_str().unwrap());
        }
        environment
    }

    /// The variables of the enrolment function with a test database.
    pub fn of_enrolment(database: &TestDatabase) -> Self {
        Self::documented(ENROLMENT)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
            .with("RINGBOLT_CALLERS_TABLE", &database.tables.callers)
    }

    fn documented(id: &str) -> Self {
        Self(documented(id))
            // Even at this level, no personal data may be logged.
            .with("RINGBOLT_LOG_LEVEL", "debug")
            .with("AWS_REGION", "eu-west-1")
            .with("AWS_ACCESS_KEY_ID", ringbolt_tests::ACCESS_KEY)
            .with("AWS_SECRET_ACCESS_KEY", "local")
            .with("AWS_EC2_METADATA_DISABLED", "true")
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn value(&self, name: &str) -> String {
        self.0[name].clone()
    }

    pub fn without(mut self, name: &str) -> Self {
        assert!(self.0.remove(name).is_some(), "{name} was not set");
        self
    }

    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).envs(&self.0)
    }
}

/// A hasher with the settings of the functions in this environment.
pub fn hasher() -> PinHasher {
    let environment = documented(logical_id(Function::Auth));
    assert_eq!(environment["RINGBOLT_PIN_HASH"], "argon2id");
    PinHasher::new(PinKeys::from_json(&environment["RINGBOLT_PIN_KEYS"]).unwrap(), PinHash::default())
}

/// The path of the emulator.
pub fn emulator() -> PathBuf {
    path("RINGBOLT_TEST_RIE")
}

/// The binary of a function, built by `sam build`. `id` is its name in the SAM template.
pub fn bootstrap(id: &str) -> PathBuf {
    path("RINGBOLT_TEST_BOOTSTRAPS").join(id).join("bootstrap")
}

fn path(variable: &str) -> PathBuf {
    let value = env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set; `cargo xtask test --only lambda` sets it"));
    // Some child processes run in other folders, so a wrong relative path must fail here, with a clear message.
    PathBuf::from(&value).canonicalize().unwrap_or_else(|error| panic!("{variable}: {}: {error}", value.display()))
}

/// The variables for a function in `events/env.json`.
fn documented(id: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("events/env.json")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    let expected: BTreeSet<&str> = FUNCTIONS.map(logical_id).into_iter().chain([ENROLMENT]).collect();
    assert_eq!(all.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    all.remove(id).unwrap()
}

/// The function's name in the SAM template.
pub fn logical_id(function: Function) -> &'static str {
    match function {
        Function::Auth => "AuthWebhookFunction",
        Function::NextAction => "NextActionFunction",
        Function::Transcription => "TranscriptionPostbackFunction",
        Function::Voice => "VoiceWebhookFunction",
    }
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
