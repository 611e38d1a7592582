//! The functions' environment variables, from `events/env.json`, which `sam local invoke --env-vars` also takes; and the
//! binaries that `sam build` makes.

use crate::{
    NOBODY, TestDatabase,
    app::{Function, root},
};
use ringbolt_core::pin::{PinHash, PinHasher, PinKeys};
use std::{collections::BTreeMap, env, path::PathBuf, process::Command};

/// The functions that providers reach.
pub const FUNCTIONS: [Function; 4] = [Function::Auth, Function::NextAction, Function::Transcription, Function::Voice];

/// Those that steer calls.
pub const STEERING: [Function; 3] = [Function::Auth, Function::NextAction, Function::Voice];

/// The enrolment function's name in the SAM template.
pub const ENROLMENT: &str = "EnrolmentFunction";

/// Environment variables. A child process gets no others except `PATH`.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of `events/env.json` with a test database, and a deadline long enough for a busy machine.
    #[must_use]
    pub fn on(database: &TestDatabase, function: Function) -> Self {
        Self::of_file(function)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
            .with("RINGBOLT_CALLERS_TABLE", &database.tables.callers)
            .with("RINGBOLT_CALLS_TABLE", &database.tables.calls)
            .with("RINGBOLT_COUNTERS_TABLE", &database.tables.counters)
    }

    /// The same variables with an unreachable database.
    #[must_use]
    pub fn without_database(function: Function) -> Self {
        Self::of_file(function).with("AWS_ENDPOINT_URL_DYNAMODB", NOBODY)
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
    #[must_use]
    pub fn of_enrolment(database: &TestDatabase) -> Self {
        Self::documented(ENROLMENT)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint)
            .with("RINGBOLT_CALLERS_TABLE", &database.tables.callers)
    }

    /// A region and credentials, for programs that are not Ringbolt's.
    #[must_use]
    pub fn of_account() -> Self {
        Self(BTreeMap::new()).in_account()
    }

    fn documented(id: &str) -> Self {
        // Even at this level, no personal data may be logged.
        Self(documented(id)).with("RINGBOLT_LOG_LEVEL", "debug").in_account()
    }

    fn in_account(self) -> Self {
        self.with("AWS_REGION", "eu-west-1")
            .with("AWS_ACCESS_KEY_ID", crate::ACCESS_KEY)
            .with("AWS_SECRET_ACCESS_KEY", "local")
            .with("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The value of a variable.
    #[must_use]
    pub fn value(&self, name: &str) -> String {
        self.0[name].clone()
    }

    /// Removes a variable.
    ///
    /// # Panics
    /// It is not set.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.0.remove(name).is_some(), "{name} was not set");
        self
    }

    /// Gives a child process these variables, and no others except `PATH`.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).envs(&self.0)
    }
}

/// A hasher with the settings of the functions in this environment.
#[must_use]
pub fn hasher() -> PinHasher {
    let environment = documented(logical_id(Function::Auth));
    assert_eq!(environment["RINGBOLT_PIN_HASH"], "argon2id");
    PinHasher::new(PinKeys::from_json(&environment["RINGBOLT_PIN_KEYS"]).unwrap(), PinHash::default())
}

/// The binary of a function, built by `sam build`. `id` is its name in the SAM template.
#[must_use]
pub fn bootstrap(id: &str) -> PathBuf {
    path("RINGBOLT_TEST_BOOTSTRAPS").join(id).join("bootstrap")
}

/// The path in an environment variable that `cargo xtask test` sets.
///
/// # Panics
/// The variable is not set, or nothing is there.
#[must_use]
pub fn path(variable: &str) -> PathBuf {
    let value = env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set; `cargo xtask test --only lambda,load` sets it"));
    // Some child processes run in other folders, so a wrong relative path must fail here, with a clear message.
    PathBuf::from(&value).canonicalize().unwrap_or_else(|error| panic!("{variable}: {}: {error}", value.display()))
}

/// The variables for a function in `events/env.json`. `id` is its name in the SAM template.
#[must_use]
pub fn documented(id: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("events/env.json")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    all.remove(id).unwrap()
}

/// The function's name in the SAM template.
#[must_use]
pub fn logical_id(function: Function) -> &'static str {
    match function {
        Function::Auth => "AuthWebhookFunction",
        Function::NextAction => "NextActionFunction",
        Function::Transcription => "TranscriptionPostbackFunction",
        Function::Voice => "VoiceWebhookFunction",
    }
}
