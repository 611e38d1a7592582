//! What is measured: the functions, and the peers that stand beside the auth webhook.

mod events;

use crate::{
    authority::text,
    options::Options,
    world::{PEER_KEY, TOKEN, World},
};
use anyhow::{Context as _, Result};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    app::Function,
    environment::{ENROLMENT, Environment, logical_id},
};
use serde_json::Value;
use std::{path::PathBuf, process::Command};

/// As long as a session token in Lambda, which is part of each request's headers.
const SESSION_TOKEN_CHARS: usize = 800;

/// A function and an event, or a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Wix Answers asks about a PIN.
    Auth,
    /// DialogTech asks for a step without a PIN.
    NextAction,
    /// DialogTech asks for a step with a PIN.
    NextActionPin,
    /// DialogTech gives a transcription.
    Postback,
    /// A provider of TwiML gives the last answer before a PIN is judged.
    Voice,
    /// An operator sets a caller's PIN.
    Enrol,
    /// The obvious function in Rust.
    NaiveRust,
    /// One raw request.
    RawRust,
    /// The obvious function in JavaScript.
    Node,
    /// The obvious function in Python.
    Python,
}

/// Where a function has its secrets and flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// In its environment, and in a file of its package.
    Environment,
    /// In Secrets Manager, and in the table, as the template deploys it.
    Deployed,
}

impl Kind {
    /// All functions.
    pub const OURS: [Self; 6] =
        [Self::Auth, Self::NextAction, Self::NextActionPin, Self::Postback, Self::Voice, Self::Enrol];
    /// All peers.
    pub const PEERS: [Self; 4] = [Self::NaiveRust, Self::RawRust, Self::Node, Self::Python];

    /// All functions and peers.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::OURS.into_iter().chain(Self::PEERS)
    }

    /// The name in tables, and for `--only`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::NextAction => "next-action",
            Self::NextActionPin => "next-action-pin",
            Self::Postback => "postback",
            Self::Voice => "voice",
            Self::Enrol => "enrol",
            Self::NaiveRust => "naive-rust",
            Self::RawRust => "raw-rust",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    fn function(self) -> Option<Function> {
        match self {
            Self::Auth => Some(Function::Auth),
            Self::NextAction | Self::NextActionPin => Some(Function::NextAction),
            Self::Postback => Some(Function::Transcription),
            Self::Voice => Some(Function::Voice),
            Self::Enrol | Self::NaiveRust | Self::RawRust | Self::Node | Self::Python => None,
        }
    }

    /// The program and its arguments. `None` if it is not built here.
    #[must_use]
    pub fn program(self, options: &Options) -> Option<Vec<PathBuf>> {
        let bootstrap = |id: &str| {
            let program = options.bootstraps.join(id).join("bootstrap");
            program.is_file().then(|| vec![program])
        };
        match (self.function(), self) {
            (Some(function), _) => bootstrap(logical_id(function)),
            (None, Self::Enrol) => bootstrap(ENROLMENT),
            (None, peer) => options.programs().get(peer.name()).map(|words| words.to_vec()),
        }
    }

    /// The command that starts it.
    ///
    /// # Errors
    /// It is not built here.
    pub fn command(self, options: &Options) -> Result<Command> {
        let words = self.program(options).with_context(|| format!("{} is not built", self.name()))?;
        let (program, arguments) = words.split_first().context("a peer without a program")?;
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }

    /// Its environment.
    ///
    /// # Errors
    /// A path is not valid Unicode.
    pub fn environment(self, world: &World, setup: Setup, memory_mb: u32) -> Result<Environment> {
        let environment = match self.function() {
            Some(function) => ours(Environment::on(&world.database, function), self, world, setup),
            None if self == Self::Enrol => ours(Environment::of_enrolment(&world.database), self, world, setup),
            None => Environment::of_account()
                // Lambda sets both variables, and boto3 reads this one.
                .with("AWS_DEFAULT_REGION", "eu-west-1")
                .with("CALLERS_TABLE", &world.peers_table)
                .with("WEBHOOK_TOKEN", TOKEN)
                .with("PIN_KEY", PEER_KEY),
        };
        let bundle = world.authority.bundle();
        Ok(environment
            .with("AWS_ENDPOINT_URL_DYNAMODB", &world.proxy.endpoint)
            .with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory_mb.to_string())
            .with("AWS_SESSION_TOKEN", &"t".repeat(SESSION_TOKEN_CHARS))
            .with("SSL_CERT_FILE", text(&bundle)?)
            .with("AWS_CA_BUNDLE", text(&bundle)?)
            .with("NODE_EXTRA_CA_CERTS", text(&world.authority.certificate())?))
    }

    /// Whether this is the right answer.
    #[must_use]
    pub fn is_right(self, answer: &Value) -> bool {
        let (status, body) = (&answer["statusCode"], answer["body"].as_str().unwrap_or_default());
        match self {
            Self::NextAction => *status == 200 && body.contains("findme"),
            Self::NextActionPin => *status == 200 && body.contains("<id>23456</id>"),
            Self::Postback => *status == 204,
            Self::Voice => *status == 200 && body.contains("Hello Ada"),
            Self::Enrol => answer["outcomes"][0]["outcome"] == "done",
            Self::RawRust => *status == 200,
            _ => *status == 200 && body == "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064",
        }
    }
}

/// The environment of a function: what `events/env.json` says, as the template would set it.
fn ours(environment: Environment, kind: Kind, world: &World, setup: Setup) -> Environment {
    let hash = if world.hash == PinHash::Keyed { "keyed" } else { "argon2id" };
    let mut environment = environment.with("RINGBOLT_LOG_LEVEL", "info").with("RINGBOLT_STACK", "ringbolt");
    if kind != Kind::Postback {
        environment = environment.with("RINGBOLT_PIN_HASH", hash);
    }
    if setup == Setup::Environment {
        return environment;
    }
    let arn = |name: &str| format!("secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:{name}");
    environment = environment.with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &world.secrets.endpoint);
    match kind {
        Kind::Voice => environment = environment.with("RINGBOLT_TWIML_KEYS", &arn("twiml-keys")),
        Kind::Enrol => {}
        _ => environment = environment.with("RINGBOLT_WEBHOOK_TOKENS", &arn("tokens")),
    }
    match kind {
        // Nothing is sent to this queue.
        Kind::Postback => {
            environment.with("RINGBOLT_TRANSCRIPTIONS_QUEUE_URL", "https://127.0.0.1:9/000000000000/transcriptions")
        }
        Kind::Enrol => environment.with("RINGBOLT_PIN_KEYS", &arn("pin-keys")),
        _ => environment
            .with("RINGBOLT_PIN_KEYS", &arn("pin-keys"))
            .without("RINGBOLT_FLOW_FILES")
            .with("RINGBOLT_FLOWS_TABLE", &world.flows_table),
    }
}
