//! The functions' environment: `events/env.json`, which is also for `sam local invoke --env-vars`.

use ringbolt_core::pin::{PinHash, PinHasher, PinKeys};
use ringbolt_lambda::{
    config::{SteeringConfig, StoringConfig, WebhookConfig},
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

pub const FUNCTIONS: [Function; 3] = [Function::Auth, Function::NextAction, Function::Transcription];

/// What the SDK, rather than Ringbolt, reads.
const OF_THE_SDK: [&str; 1] = ["AWS_ENDPOINT_URL_DYNAMODB"];

/// Variables and their values; a child gets these alone.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of `events/env.json`, on a test's database, with time enough for a busy machine.
    pub fn on(database: &TestDatabase, function: Function) -> Self {
        Self::of_file(function)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
            .with("RINGBOLT_CALLERS_TABLE", &database.tables.callers)
            .with("RINGBOLT_CALLS_TABLE", &database.tables.calls)
    }

    /// The same with a database that nobody can reach.
    pub fn without_database(function: Function) -> Self {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self::of_file(function).with("AWS_ENDPOINT_URL_DYNAMODB", &format!("http://{closed}"))
    }

    fn of_file(function: Function) -> Self {
        let flow = root().canonicalize().unwrap().join("flows/demo.yaml");
        let mut environment = Self(documented(function))
            .with("RINGBOLT_DEADLINE_MS", "20000")
            // Whatever is written at this level must not tell on anybody either.
            .with("RINGBOLT_LOG_LEVEL", "debug")
            .with("AWS_REGION", "eu-west-1")
            .with("AWS_ACCESS_KEY_ID", "local")
            .with("AWS_SECRET_ACCESS_KEY", "local")
            .with("AWS_EC2_METADATA_DISABLED", "true");
        if function != Function::Transcription {
            // The file in the place of the table: what publishing does is tested elsewhere.
            environment =
                environment.without("RINGBOLT_FLOWS_TABLE").with("RINGBOLT_FLOW_FILES", flow.to_str().unwrap());
        }
        environment
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        assert!(self.0.remove(name).is_some(), "{name} was not set");
        self
    }

    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).envs(&self.0)
    }
}

/// Hashes PINs as the functions do that run in this environment.
pub fn hasher() -> PinHasher {
    let environment = documented(Function::Auth);
    assert_eq!(environment["RINGBOLT_PIN_HASH"], "argon2id");
    PinHasher::new(PinKeys::from_json(&environment["RINGBOLT_PIN_KEYS"]).unwrap(), PinHash::default())
}

/// The emulator.
pub fn emulator() -> PathBuf {
    path("RINGBOLT_TEST_RIE")
}

/// The binary of a function, as `sam build` made it.
pub fn bootstrap(function: Function) -> PathBuf {
    path("RINGBOLT_TEST_BOOTSTRAPS").join(logical_id(function)).join("bootstrap")
}

fn path(variable: &str) -> PathBuf {
    let told = env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set; `cargo xtask test --only lambda` sets it"));
    // Tests run in their package's folder, some children in others: what is relative should fail here and say so.
    PathBuf::from(&told).canonicalize().unwrap_or_else(|error| panic!("{variable}: {}: {error}", told.display()))
}

/// What `events/env.json` has for a function.
fn documented(function: Function) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("events/env.json")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), FUNCTIONS.map(logical_id).iter().collect::<Vec<_>>());
    all.remove(logical_id(function)).unwrap()
}

/// The function's name in the SAM template.
fn logical_id(function: Function) -> &'static str {
    match function {
        Function::Auth => "AuthWebhookFunction",
        Function::NextAction => "NextActionFunction",
        Function::Transcription => "TranscriptionPostbackFunction",
    }
}

#[test]
fn the_documented_environment_is_complete_and_has_nothing_that_nobody_reads() {
    for function in FUNCTIONS {
        let environment = documented(function);
        let asked = RefCell::new(BTreeSet::from(OF_THE_SDK.map(str::to_owned)));
        let get = |name: &str| {
            asked.borrow_mut().insert(name.to_owned());
            environment.get(name).cloned()
        };
        WebhookConfig::from_env(get).unwrap();
        WebhookTokens::from_json(&environment["RINGBOLT_WEBHOOK_TOKENS"]).unwrap();
        if function == Function::Transcription {
            StoringConfig::from_env(get).unwrap();
        } else {
            SteeringConfig::from_env(get).unwrap();
            PinKeys::from_json(&environment["RINGBOLT_PIN_KEYS"]).unwrap();
        }
        let set: BTreeSet<String> = environment.keys().cloned().collect();
        let unread: Vec<_> = set.difference(&asked.borrow()).cloned().collect();
        assert!(unread.is_empty(), "{function:?} does not read {unread:?}");
        assert!(OF_THE_SDK.iter().all(|name| environment.contains_key(*name)), "{function:?}");
    }
}
