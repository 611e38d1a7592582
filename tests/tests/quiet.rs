//! Nothing that the functions print has a PIN, a full calling number, a token or a transcription in it.
//!
//! One test, for it listens to everything that this process logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use ringbolt_core::caller::Status;
use ringbolt_dynamodb::{Store, client};
use ringbolt_lambda::{
    enrolment::Enroller,
    logging::{quiet_panics, targets},
};
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, TwimlCall, Wire,
    app::{
        Function::{self, Auth, NextAction, Transcription, Voice},
        PUBLIC_URL, demo_flow, event, root,
    },
    twiml,
};
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing_subscriber::{Layer as _, filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt as _};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Heard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What must not be heard: PINs that were keyed or enrolled, accounts, numbers, names, the token, what was said.
const SECRETS: [&str; 20] = [
    "837461",
    "837462",
    "815294",
    "629184",
    "649173",
    "90791",
    "90794",
    "Bob",
    "55501",
    "5550123",
    "5550134",
    "Springfield",
    "dev-token",
    "wrong-token-for-a-test",
    "said in confidence",
    "aaaaaaaaaaaa",
    "90786",
    "Ada",
    "123abc45",
    "[redacted]",
];

#[tokio::test]
async fn nothing_secret_is_logged_whatever_happens() {
    let heard = Heard::default();
    // Without the time, whose microseconds could be the digits of a secret.
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).without_time().with_writer(heard.clone());
    // The most that anybody can switch on.
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(targets(LevelFilter::TRACE)));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    quiet_panics();

    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    // With the short pauses that the functions have between their attempts.
    let client = client::webhook_client(
        &client::local_config(&wire.endpoint, ringbolt_tests::ACCESS_KEY),
        // The pauses are the same with any deadline; a busy machine needs a long one.
        Duration::from_secs(60),
    );
    let app = TestApp::on(Store::new(client, database.tables.clone()), &demo_flow());
    app.enrol_demo().await;
    app.enrol("ada", &["837461"], Status::Active).await;

    for fault in
        [Fault::None, Fault::LoseReplies(1), Fault::ServerError, Fault::Nonsense, Fault::Denied, Fault::Throttle]
    {
        wire.set(fault);
        for function in [Auth, NextAction, Transcription, Voice] {
            for case in cases(function) {
                app.send(function, &event(function, &case)).await;
            }
        }
        for pin in ["837461", "837462", "837461#"] {
            app.auth("c-1", "ada", pin).await;
            app.next(&format!("ivr_id=12345&ivr_session_id=s&ivr_caller_id=2125550123&account=ada&pin={pin}")).await;
        }
        app.next("ivr_id=34567&ivr_caller_id=2125550123&city=Springfield&auth=wrong-token-for-a-test").await;
        app.transcribed("survo_id=1&unique_id=r&question=1&text=said+in+confidence").await;
        conversation(&app).await;
        app.send_text(Auth, "{\"version\":\"837461\"").await;
        let enroller = Enroller::new(app.app.webhook.store.clone(), app.app.hasher.clone());
        for request in enrolments() {
            // The answer leaves the function, too.
            let answer = serde_json::to_string(&enrol::handle(&enroller, &request).await).unwrap();
            tracing::info!(target: "enrol", answer, "enrolled");
        }
    }
    let panicked = tokio::spawn(async { panic!("the PIN was 837461") }).await;
    assert!(panicked.is_err());

    // From here on a failure may say what it found.
    drop(std::panic::take_hook());
    let heard = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
    // So could the digits of a port.
    let [wire, database] = [&wire.endpoint, &database.endpoint].map(|endpoint| endpoint.trim_start_matches("http://"));
    let heard = heard.replace(wire, "the wire").replace(database, "the database");
    for expected in [
        "a caller was not enrolled",
        "no_caller",
        "\"outcome\":\"verified\"",
        "\"outcome\":\"locked\"",
        "answered the fallback",
        "the signature of a request is refused",
        "/twiml/demo/voice?at=login.2&s=",
        "panic",
        "quiet.rs",
    ] {
        assert!(heard.contains(expected), "the test does not hear `{expected}`");
    }
    for secret in SECRETS {
        let line = heard.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "`{secret}` was logged");
    }
}

/// A call over TwiML. Its URLs leave the function, too.
async fn conversation(app: &TestApp) {
    let mut call = TwimlCall::to(app, "demo", "CA0123");
    call.ask(&[("CallerName", "Springfield")]).await;
    for keyed in ["90786", "837461"] {
        call.key(keyed).await;
        tracing::info!(target: "voice_webhook", url = call.url, "goes on");
    }
    app.send(Voice, &twiml::event(&call.url, &call.form(&[("Digits", "837461")]), &[])).await;
    let to = format!("{PUBLIC_URL}/twiml/demo/transcription?at=login.1&s=x");
    app.send(Voice, &twiml::signed_event(&to, &call.form(&[("TranscriptionText", "said in confidence")]))).await;
}

/// Requests to the enrolment function: every file, and each of them cut off and with numbers instead of texts.
fn enrolments() -> Vec<String> {
    let files = std::fs::read_dir(root().join("events/enrol")).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .flat_map(|text| {
            let (cut_off, numbers) = (text[..text.len() * 2 / 3].to_owned(), text.replace("\"815294\"", "815294"));
            [text, cut_off, numbers]
        })
        .collect()
}

/// The cases of a function in `events/`, in order of their names.
fn cases(function: Function) -> Vec<String> {
    let mut cases: Vec<String> = std::fs::read_dir(root().join("events").join(function.name()))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    cases.sort();
    cases
}
