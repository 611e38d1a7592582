//! The real functions on a test database, with a clock that the test controls.

use crate::{TestDatabase, database::patient_client, hasher};
use ringbolt_core::{
    caller::{Attributes, Status},
    dialects::twiml::signature::TwimlKeys,
    flow::Flow,
    pin::CallerPin,
    time::EpochMs,
};
use ringbolt_dynamodb::Store;
use ringbolt_lambda::{
    Answer, App, LastResort, Postback, Webhook, flows::Flows, run::respond, signed::Signatures, token::WebhookTokens,
};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// 2026-11-21T12:00:00Z
pub const NOON: EpochMs = EpochMs(1_795_262_400_000);

/// A clock that moves only when the test advances it.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(NOON.0)))
    }
}

impl TestClock {
    /// The current time.
    #[must_use]
    pub fn now(&self) -> EpochMs {
        EpochMs(self.0.load(Ordering::SeqCst))
    }

    /// Sets the clock, also back.
    pub fn set(&self, now: EpochMs) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Advances the clock.
    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// One of the functions that providers reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `auth-webhook`
    Auth,
    /// `next-action`
    NextAction,
    /// `transcription-postback`
    Transcription,
    /// `voice-webhook`
    Voice,
}

impl Function {
    /// The name of its package and of its folder in `events/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth-webhook",
            Self::NextAction => "next-action",
            Self::Transcription => "transcription-postback",
            Self::Voice => "voice-webhook",
        }
    }
}

/// The functions that providers reach.
pub struct TestApp {
    /// Their shared state.
    pub app: App,
    /// Their clock.
    pub clock: TestClock,
}

impl TestApp {
    /// The demo flow on a test database, with a deadline of a minute.
    pub async fn demo(database: &TestDatabase) -> Self {
        Self::with_flow(database, &demo_flow()).await
    }

    /// A flow on a test database, with a deadline of a minute.
    pub async fn with_flow(database: &TestDatabase, flow: &str) -> Self {
        Self::on(database.store().await, flow)
    }

    /// A flow on a test database that is reached through another endpoint.
    pub async fn through(database: &TestDatabase, endpoint: &str, flow: &str) -> Self {
        Self::on(Store::new(patient_client(endpoint).await, database.tables.clone()), flow)
    }

    /// A flow on a store.
    #[must_use]
    pub fn on(store: Store, flow: &str) -> Self {
        let clock = TestClock::default();
        let app_clock = clock.clone();
        let webhook = Webhook {
            store,
            tokens: WebhookTokens::from_json(r#"{"current":"dev-token-not-secret"}"#).unwrap(),
            deadline: Duration::from_secs(60),
            retention: Duration::from_secs(90 * 86_400),
            clock: Arc::new(move || app_clock.now()),
        };
        let flows = Flows::unpublished([Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")))]);
        Self {
            app: App {
                webhook,
                signatures: Some(signatures()),
                flows,
                hasher: hasher(),
                last_resort: LastResort::default(),
            },
            clock,
        }
    }

    /// Enrols a caller.
    pub async fn enrol(&self, user: &str, pins: &[&str], status: Status) {
        let caller = crate::caller(user);
        let tags: Vec<_> = pins
            .iter()
            .flat_map(|pin| self.app.hasher.enrol(&caller, &CallerPin::parse(pin).unwrap()).unwrap())
            .collect();
        let attributes = [("first_name", "Ada"), ("balance", "12.50")];
        let attributes: Attributes = attributes.map(|(name, value)| (name.to_owned(), value.into())).into();
        assert!(self.app.webhook.store.create_caller(&caller, &tags, &attributes, status).await.unwrap());
    }

    /// Enrols the demo callers.
    pub async fn enrol_demo(&self) {
        self.enrol("123abc45-67d8-912e-3fg4-56789h0123456", &["1234"], Status::Active).await;
        self.enrol("602efa31-01d8-482d-8ff2-26910b026703", &["1234", "4321"], Status::Active).await;
        self.enrol("b2f0c3de-5a0e-4b5c-8f0a-0c6a2f9f4f23", &["2580"], Status::Suspended).await;
        self.enrol("90786", &["4711"], Status::Active).await;
        self.enrol("90787", &["2580"], Status::Suspended).await;
    }

    /// Sends an event to a function, as Lambda would.
    pub async fn send(&self, function: Function, event: &Value) -> Answer {
        self.send_text(function, &event.to_string()).await
    }

    /// Sends any payload to a function.
    pub async fn send_text(&self, function: Function, event: &str) -> Answer {
        match function {
            Function::Auth => Box::pin(respond(&self.app, &auth_webhook::handle, event)).await,
            Function::NextAction => Box::pin(respond(&self.app, &next_action::handle, event)).await,
            Function::Voice => Box::pin(respond(&self.app, &voice_webhook::handle, event)).await,
            Function::Transcription => {
                let postback = Postback::without_queue(self.app.webhook.clone());
                Box::pin(respond(&postback, &transcription_postback::handle, event)).await
            }
        }
    }

    /// Sends an event file to a function.
    pub async fn send_file(&self, function: Function, case: &str) -> Answer {
        self.send(function, &event(function, case)).await
    }

    /// Calls the auth webhook: a user keyed `input` in a call.
    pub async fn auth(&self, call_id: &str, user: &str, input: &str) -> Answer {
        self.send(Function::Auth, &auth_event(call_id, user, input)).await
    }

    /// Calls the next-action webhook with GET, adding the token.
    pub async fn next(&self, query: &str) -> Answer {
        self.send(Function::NextAction, &get_event(Function::NextAction, query)).await
    }

    /// Calls the transcription postback, adding the token.
    pub async fn transcribed(&self, query: &str) -> Answer {
        self.send(Function::Transcription, &get_event(Function::Transcription, query)).await
    }
}

/// Twilio's keys: the present one, and the one before.
pub const TWILIO_KEYS: [&str; 2] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];

/// Where providers reach the voice webhook.
pub const PUBLIC_URL: &str = "https://calls.example.com";

fn signatures() -> Signatures {
    let keys = serde_json::json!({ "twilio": TWILIO_KEYS }).to_string();
    Signatures::new(TwimlKeys::from_json(&keys).unwrap(), Some(PUBLIC_URL.parse().unwrap()))
}

/// The text of `flows/demo.yaml`.
#[must_use]
pub fn demo_flow() -> String {
    std::fs::read_to_string(root().join("flows/demo.yaml")).unwrap()
}

/// The root folder of the project.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads an event file in `events/`. Its time is left out: it was made long before the time that the tests' clock shows.
#[must_use]
pub fn event(function: Function, case: &str) -> Value {
    let path = root().join("events").join(function.name()).join(format!("{case}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["requestContext"].as_object_mut().unwrap().remove("timeEpoch");
    event
}

/// The event for a POST request from Wix Answers.
#[must_use]
pub fn auth_event(call_id: &str, user: &str, input: &str) -> Value {
    let mut event = event(Function::Auth, "right-pin");
    let body = serde_json::json!({ "callId": call_id, "user": { "id": user, "banned": false }, "input": input });
    event["body"] = Value::from(body.to_string());
    event
}

/// The event for a GET request from DialogTech, with the token added.
#[must_use]
pub fn get_event(function: Function, query: &str) -> Value {
    let case = if function == Function::NextAction { "spec-get" } else { "question-1" };
    let mut event = event(function, case);
    event["rawQueryString"] = Value::from(format!("auth=dev-token-not-secret&{query}"));
    event.as_object_mut().unwrap().remove("queryStringParameters");
    event
}
