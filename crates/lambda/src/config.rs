//! The functions' environment, read once at the start. Every mistake is named with its variable, all at once.

mod enrolment;

pub use enrolment::EnrolConfig;

use crate::{Answer, LastResort, queue::QueueUrl, secrets::SecretSource, signed::PublicUrl};
use ringbolt_core::pin::{PinHash, PinHashes};
use ringbolt_dynamodb::tables::TableNames;
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};
use tracing_subscriber::filter::LevelFilter;

/// What every function needs.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// `RINGBOLT_CALLERS_TABLE`, `RINGBOLT_CALLS_TABLE`, `RINGBOLT_COUNTERS_TABLE`.
    pub tables: TableNames,
    /// How a request is admitted.
    pub admission: Admission,
    /// `RINGBOLT_DEADLINE_MS`: 100 to 25,000, default 1,000.
    pub deadline: Duration,
    /// `RINGBOLT_RETENTION_DAYS`: 1 to 3,650, default 90.
    pub retention: Duration,
    /// `RINGBOLT_LOG_LEVEL`: error, warn, info or debug, default info.
    pub log_level: LevelFilter,
}

/// How a function admits a request.
#[derive(Clone, Debug)]
pub enum Admission {
    /// By a token. `RINGBOLT_WEBHOOK_TOKENS`: JSON, or `secretsmanager:ARN`.
    Tokens(SecretSource),
    /// By the provider's signature.
    Signatures {
        /// `RINGBOLT_TWIML_KEYS`: JSON, or `secretsmanager:ARN`.
        keys: SecretSource,
        /// `RINGBOLT_PUBLIC_URL`: the URL under which providers reach the webhooks, if it is not that of the API.
        public_url: Option<PublicUrl>,
    },
}

impl Admission {
    /// The secret that decides it.
    pub(crate) fn secret(&self) -> &SecretSource {
        match self {
            Self::Tokens(secret) | Self::Signatures { keys: secret, .. } => secret,
        }
    }
}

/// What the functions that steer calls need besides.
#[derive(Clone, Debug)]
pub struct SteeringConfig {
    /// `RINGBOLT_PIN_KEYS`: JSON, or `secretsmanager:ARN`.
    pub pin_keys: SecretSource,
    /// `RINGBOLT_PIN_HASH`: `argon2id` or `keyed`, default `argon2id`; while PINs move over, with `,previous=` and the
    /// other one.
    pub pin_hashes: PinHashes,
    /// `RINGBOLT_FLOWS_TABLE` or `RINGBOLT_FLOW_FILES`.
    pub flows: FlowSource,
    /// `RINGBOLT_STAGE`: which of an IVR's ids hold, if a flow has one for each stage.
    pub stage: Option<String>,
    /// `RINGBOLT_LAST_RESORT`: what is answered while secrets or flows cannot be loaded; its form depends on the function.
    pub last_resort: LastResort,
}

/// Where the call flows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowSource {
    /// `RINGBOLT_FLOWS_TABLE`: published in DynamoDB.
    Table(String),
    /// `RINGBOLT_FLOW_FILES`: files or folders, separated by `:` (on Windows `;`).
    Files(Vec<PathBuf>),
}

/// What the function that stores needs besides.
#[derive(Clone, Debug)]
pub struct StoringConfig {
    /// `RINGBOLT_TRANSCRIPTIONS_QUEUE_URL`: the queue for transcriptions that could not be stored; `None` if it is unset or empty.
    pub queue: Option<QueueUrl>,
}

/// Every mistake in the environment.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigMistakes(Vec<String>);

impl ConfigMistakes {
    /// Two parts of the environment, or the mistakes of both.
    ///
    /// # Errors
    /// Every mistake of either.
    pub fn both<A, B>(first: Result<A, Self>, second: Result<B, Self>) -> Result<(A, B), Self> {
        match (first, second) {
            (Ok(first), Ok(second)) => Ok((first, second)),
            (Err(Self(mut mistakes)), Err(Self(more))) => {
                mistakes.extend(more);
                Err(Self(mistakes))
            }
            (Err(mistakes), Ok(_)) | (Ok(_), Err(mistakes)) => Err(mistakes),
        }
    }
}

impl fmt::Display for ConfigMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment is not complete:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for ConfigMistakes {}

impl WebhookConfig {
    /// Reads the variables of a function that admits requests by a token through `get`.
    ///
    /// # Errors
    /// Each variable that is missing or out of its range.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigMistakes> {
        Self::read(get, |reader| Admission::Tokens(SecretSource::parse(reader.required("RINGBOLT_WEBHOOK_TOKENS"))))
    }

    /// The same for a function that admits requests by their signature.
    ///
    /// # Errors
    /// As there.
    pub fn signed_from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigMistakes> {
        Self::read(get, |reader| Admission::Signatures {
            keys: SecretSource::parse(reader.required("RINGBOLT_TWIML_KEYS")),
            public_url: reader.optional("RINGBOLT_PUBLIC_URL"),
        })
    }

    fn read<G: Fn(&str) -> Option<String>>(
        get: G,
        admission: impl FnOnce(&mut Reader<G>) -> Admission,
    ) -> Result<Self, ConfigMistakes> {
        let mut reader = Reader { get, mistakes: Vec::new() };
        let callers = reader.required("RINGBOLT_CALLERS_TABLE");
        let calls = reader.required("RINGBOLT_CALLS_TABLE");
        let counters = reader.required("RINGBOLT_COUNTERS_TABLE");
        let config = Self {
            tables: TableNames { callers, calls, counters },
            admission: admission(&mut reader),
            deadline: Duration::from_millis(reader.number("RINGBOLT_DEADLINE_MS", 1_000, 100..=25_000)),
            retention: Duration::from_secs(reader.number("RINGBOLT_RETENTION_DAYS", 90, 1..=3_650) * 86_400),
            log_level: reader.parsed("RINGBOLT_LOG_LEVEL", LevelFilter::INFO, "error, warn, info or debug"),
        };
        reader.finish(config)
    }
}

impl SteeringConfig {
    /// Reads the variables through `get`, and the answer of a last resort through `last_resort`, which says what is
    /// expected if it is something else.
    ///
    /// # Errors
    /// Each variable that is missing or out of its range.
    pub fn from_env(
        get: impl Fn(&str) -> Option<String>,
        last_resort: fn(&str) -> Result<Answer, &'static str>,
    ) -> Result<Self, ConfigMistakes> {
        let mut reader = Reader { get, mistakes: Vec::new() };
        let config = Self {
            pin_keys: SecretSource::parse(reader.required("RINGBOLT_PIN_KEYS")),
            pin_hashes: reader.parsed("RINGBOLT_PIN_HASH", HashNames(PinHashes::default()), PIN_HASH_VALUES).0,
            flows: reader.flows(),
            stage: reader.set("RINGBOLT_STAGE"),
            last_resort: reader.last_resort(last_resort),
        };
        reader.finish(config)
    }
}

impl StoringConfig {
    /// Reads the variable through `get`.
    ///
    /// # Errors
    /// The variable, if it is not a URL.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigMistakes> {
        let mut reader = Reader { get, mistakes: Vec::new() };
        let queue = reader.optional("RINGBOLT_TRANSCRIPTIONS_QUEUE_URL");
        reader.finish(Self { queue })
    }
}

/// `RINGBOLT_STACK`: the name of the function's stack, which is a dimension of its metrics. `None` if it is unset or empty.
#[must_use]
pub fn stack_name(get: impl Fn(&str) -> Option<String>) -> Option<String> {
    get("RINGBOLT_STACK").filter(|name| !name.trim().is_empty())
}

/// The values of `RINGBOLT_PIN_HASH`, for messages.
pub const PIN_HASH_VALUES: &str = "`argon2id` or `keyed`, or one of them with `,previous=` and the other";

/// Reads a value of `RINGBOLT_PIN_HASH`: `argon2id`, `keyed`, `argon2id,previous=keyed` or `keyed,previous=argon2id`.
/// `None` for anything else.
#[must_use]
pub fn pin_hashes(text: &str) -> Option<PinHashes> {
    text.parse().ok().map(|HashNames(hashes)| hashes)
}

struct HashNames(PinHashes);

impl FromStr for HashNames {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (current, previous) = match text.split_once(",previous=") {
            Some((current, previous)) => (current, Some(hash(previous)?)),
            None => (text, None),
        };
        let current = hash(current)?;
        if previous == Some(current) { Err(()) } else { Ok(Self(PinHashes { current, previous })) }
    }
}

fn hash(name: &str) -> Result<PinHash, ()> {
    match name {
        "argon2id" => Ok(PinHash::default()),
        "keyed" => Ok(PinHash::Keyed),
        _ => Err(()),
    }
}

struct Reader<G> {
    get: G,
    mistakes: Vec<String>,
}

impl<G: Fn(&str) -> Option<String>> Reader<G> {
    fn required(&mut self, name: &str) -> String {
        match self.set(name) {
            Some(value) => value,
            None => {
                self.mistakes.push(format!("{name} is not set"));
                String::new()
            }
        }
    }

    fn set(&self, name: &str) -> Option<String> {
        (self.get)(name).filter(|value| !value.trim().is_empty())
    }

    /// A value that may be missing or empty.
    fn optional<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        match self.set(name)?.parse() {
            Ok(value) => Some(value),
            Err(expected) => {
                self.mistakes.push(format!("{name} must be {expected}"));
                None
            }
        }
    }

    fn last_resort(&mut self, parse: fn(&str) -> Result<Answer, &'static str>) -> LastResort {
        const NAME: &str = "RINGBOLT_LAST_RESORT";
        match self.set(NAME).as_deref().map(parse) {
            None => LastResort::default(),
            Some(Ok(answer)) => LastResort::new(answer),
            Some(Err(expected)) => {
                self.mistakes.push(format!("{NAME} must be {expected}"));
                LastResort::default()
            }
        }
    }

    fn flows(&mut self) -> FlowSource {
        let set = |name: &str| self.set(name);
        match (set("RINGBOLT_FLOWS_TABLE"), set("RINGBOLT_FLOW_FILES")) {
            (Some(table), None) => FlowSource::Table(table),
            (None, Some(files)) => FlowSource::Files(std::env::split_paths(&files).collect()),
            (table, _) => {
                let what = if table.is_some() { "both set" } else { "not set" };
                let mistake = format!("RINGBOLT_FLOWS_TABLE or RINGBOLT_FLOW_FILES, one of the two: they are {what}");
                self.mistakes.push(mistake);
                FlowSource::Files(Vec::new())
            }
        }
    }

    fn parsed<T: FromStr>(&mut self, name: &str, default: T, expected: &str) -> T {
        match (self.get)(name).as_deref().map(T::from_str) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.mistakes.push(format!("{name} must be {expected}"));
                default
            }
        }
    }

    fn number(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let value = self.parsed(name, default, &expected);
        if !range.contains(&value) {
            self.mistakes.push(format!("{name} must be {expected}"));
        }
        value
    }

    fn finish<T>(self, config: T) -> Result<T, ConfigMistakes> {
        if self.mistakes.is_empty() { Ok(config) } else { Err(ConfigMistakes(self.mistakes)) }
    }
}

#[cfg(test)]
mod tests;
