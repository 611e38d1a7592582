//! A test deployment with its own database, and the command that works on it.

use crate::shared::json;
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    identity::{CallerId, IdentifierForm, Realm, UserId},
    lockout::Lockout,
    pin::{Guess, PinHash, PinHasher, PinKeys},
    time::EpochMs,
};
use ringbolt_dev::database::{Embedded, start_with_key};
use ringbolt_dynamodb::{
    Store, client,
    flows::{FlowTable, Push},
    tables::{self, TableNames},
};
use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;

/// A command's exit code and output.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Asserts that the command succeeded and printed this.
    #[track_caller]
    pub fn says(&self, sentence: &str) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert!(self.out.contains(sentence), "{sentence:?} is not in {self:?}");
        self
    }

    /// Asserts that the command failed with one sentence on standard error that contains all of these parts.
    #[track_caller]
    pub fn fails(&self, code: i32, parts: &[&str]) -> &Self {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        let complaint: Vec<&str> = self.err.lines().filter(|line| !line.starts_with("Working on ")).collect();
        assert_eq!(complaint.len(), 1, "one sentence: {self:?}");
        for part in parts {
            assert!(complaint[0].contains(part), "{part:?} is not in {self:?}");
        }
        for machinery in ["panicked", "Caused by", "Error {", "Error("] {
            assert!(!complaint[0].contains(machinery), "{self:?}");
        }
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A deployment whose tables are given by environment variables.
pub struct Deployment {
    pub embedded: Embedded,
    pub client: aws_sdk_dynamodb::Client,
    pub keys: String,
    pub folder: TempDir,
}

pub const PATIENCE: Duration = Duration::from_secs(20);

impl Deployment {
    pub async fn new() -> Self {
        let embedded = start_with_key(None, ringbolt_tests::ACCESS_KEY.to_owned()).await.unwrap();
        let client = client::webhook_client(&embedded.sdk(), PATIENCE);
        tables::create_missing(&client, &names()).await.unwrap();
        tables::create_missing_flows(&client, "flows").await.unwrap();
        tables::create_missing_audit(&client, "audit").await.unwrap();
        let keys = serde_json::json!({ "current": "k".repeat(PinKeys::MIN_CHARS) }).to_string();
        Self { embedded, client, keys, folder: tempfile::tempdir().unwrap() }
    }

    /// The command, isolated from this machine's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(arguments);
        command
            .current_dir(self.folder.path())
            .envs([("RINGBOLT_CALLERS_TABLE", "callers"), ("RINGBOLT_CALLS_TABLE", "calls")])
            .env("RINGBOLT_COUNTERS_TABLE", "counters")
            .envs([("RINGBOLT_FLOWS_TABLE", "flows"), ("RINGBOLT_AUDIT_TABLE", "audit")])
            .env("RINGBOLT_PIN_KEYS", &self.keys)
            .env("RINGBOLT_PIN_HASH", "keyed")
            .env("RINGBOLT_BY", "ada")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.embedded.endpoint);
        command
    }

    /// Runs it with nothing on standard input.
    pub async fn ringbolt(&self, arguments: &[&str]) -> Said {
        run(self.command(arguments), "").await
    }

    /// Runs it with a line on standard input.
    pub async fn keyed(&self, arguments: &[&str], line: &str) -> Said {
        run(self.command(arguments), &format!("{line}\n")).await
    }

    pub fn store(&self) -> Store {
        Store::new(self.client.clone(), names())
    }

    pub fn hasher(&self) -> PinHasher {
        PinHasher::new(PinKeys::from_json(&self.keys).unwrap(), PinHash::Keyed)
    }

    /// The outcome of an attempt with this PIN, as in the webhooks.
    pub async fn attempt(&self, user: &str, pin: &str) -> AuthOutcome {
        self.try_pin(user, pin, false).await
    }

    /// Counts a failure under the name of an account, as the webhooks do with every failed attempt.
    pub async fn count_failure(&self, user: &str) {
        self.try_pin(user, "000000", true).await;
    }

    async fn try_pin(&self, user: &str, pin: &str, unknown: bool) -> AuthOutcome {
        static CALL: AtomicU32 = AtomicU32::new(0);
        let (hasher, call) = (self.hasher(), CALL.fetch_add(1, Ordering::Relaxed).to_string());
        let prepared = hasher.prepare(&caller(user), &Guess::keyed(pin).unwrap()).unwrap();
        let fingerprint = Fingerprint::new(hasher.keys().current(), &call, &prepared, 0);
        let now = EpochMs(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap());
        let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now };
        if unknown {
            return self.store().attempt_unknown(&hasher, &attempt).await.unwrap();
        }
        self.store().attempt(&hasher, &attempt).await.unwrap().outcome
    }

    /// Publishes a flow.
    pub async fn publish(&self, text: &str) {
        let flow = ringbolt_core::flow::Flow::load(text).unwrap();
        let table = FlowTable::new(self.client.clone(), "flows".to_owned());
        let push = Push::new(text.to_owned(), "ada".to_owned(), None, EpochMs(0)).unwrap();
        table.publish(&flow.name, &push).await.unwrap();
    }
}

/// A time zone in which it is about noon, so that no test crosses midnight. POSIX offsets count westwards.
fn noon_now() -> String {
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hour = i64::try_from(secs / 3_600 % 24).unwrap();
    format!("UTC{:+}", hour - 12)
}

/// The command with a clean environment.
pub fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
    command
        .args(arguments)
        .env_clear()
        .envs([
            ("AWS_ACCESS_KEY_ID", ringbolt_tests::ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-west-1"),
        ])
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/dev/null")])
        .env("TZ", noon_now())
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}

/// Runs a command on another thread, so that the embedded database can answer.
pub async fn run(mut command: Command, input: &str) -> Said {
    let input = input.to_owned();
    let run = move || {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that rejects its arguments does not read its input.
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap_or_default();
        let said = Said::new(&child.wait_with_output().unwrap());
        json::is_as_documented(&json::arguments(&command), said.code, &said.out, &said.err);
        said
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

pub fn caller(user: &str) -> CallerId {
    CallerId { realm: Realm::parse("bank").unwrap(), user: UserId::parse(user, IdentifierForm::Text).unwrap() }
}

fn names() -> TableNames {
    TableNames { callers: "callers".to_owned(), calls: "calls".to_owned(), counters: "counters".to_owned() }
}
