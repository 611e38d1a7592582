//! The enrolment function on a real table: every operation, and every kind of bad request.

use ringbolt_core::caller::{CallerItem, Status};
use ringbolt_dynamodb::{Store, client};
use ringbolt_lambda::enrolment::{Enroller, Fault, Outcome, Refusal, Response};
use ringbolt_tests::{Fault as Broken, TestApp, TestDatabase, Wire, caller, hasher};
use serde_json::{Value, json};
use std::time::Duration;

const RUN: &str = "0123456789abcdef";

struct Enrolment {
    app: TestApp,
    enroller: Enroller,
    database: TestDatabase,
}

impl Enrolment {
    async fn start() -> Self {
        let database = TestDatabase::start().await;
        let app = TestApp::demo(&database).await;
        let enroller = Enroller::new(app.app.webhook.store.clone(), app.app.hasher.clone());
        Self { app, enroller, database }
    }

    async fn send(&self, request: Value) -> Response {
        enrol::handle(&self.enroller, &request.to_string()).await
    }

    async fn outcomes(&self, request: Value) -> Vec<Outcome> {
        match self.send(request.clone()).await {
            Response::Outcomes(outcomes) => outcomes,
            other => panic!("{request}: {other:?}"),
        }
    }

    async fn caller(&self, user: &str) -> Option<CallerItem> {
        self.enroller.store.caller(&caller(user)).await.unwrap()
    }

    /// The word for the outcome of a login.
    async fn login(&self, user: &str, pin: &str) -> &'static str {
        let call = format!("{user}-{pin}");
        self.app.auth(&call, user, pin).await.report.outcome.word()
    }
}

fn request(operation: &str, entries: Value) -> Value {
    json!({ "operation": operation, "realm": "demo", "entries": entries })
}

fn import(existing: &str, entries: Value) -> Value {
    json!({ "operation": "import", "realm": "demo", "run": RUN, "existing": existing, "entries": entries })
}

fn attributes(item: &CallerItem) -> Value {
    serde_json::to_value(&item.attributes).unwrap()
}

#[tokio::test]
async fn set_replaces_pins_resets_failed_attempts_and_adds_attributes() {
    let bank = Enrolment::start().await;
    let set = |pin: &str, attributes: Value| {
        request("set", json!([{ "user": "ada", "pins": [pin], "attributes": attributes }]))
    };
    assert_eq!(bank.outcomes(set("815294", json!({ "first_name": "Ada", "vip": true }))).await, [Outcome::Done]);
    assert_eq!((bank.login("ada", "815294").await, bank.login("ada", "629184").await), ("verified", "wrong"));
    assert_eq!(bank.caller("ada").await.unwrap().attempts, 1);
    assert_eq!(bank.outcomes(set("629184", json!({ "first_name": "Eve", "visits": 3 }))).await, [Outcome::Done]);
    let item = bank.caller("ada").await.unwrap();
    assert_eq!((item.attempts, attributes(&item)), (0, json!({ "first_name": "Eve", "vip": true, "visits": 3 })));
    assert_eq!((bank.login("ada", "629184").await, bank.login("ada", "815294").await), ("verified", "wrong"));
}

#[tokio::test]
async fn a_suspended_caller_stays_suspended() {
    let bank = Enrolment::start().await;
    bank.app.enrol("ada", &["815294"], Status::Suspended).await;
    let entries = json!([{ "user": "ada", "pins": ["629184"] }]);
    for request in [request("set", entries.clone()), request("add", entries.clone())] {
        assert_eq!(bank.outcomes(request).await, [Outcome::Done]);
    }
    assert_eq!(bank.outcomes(import("replace", entries)).await, [Outcome::First]);
    assert_eq!(bank.login("ada", "629184").await, "suspended");
}

#[tokio::test]
async fn add_keeps_other_pins_and_creates_nobody() {
    let bank = Enrolment::start().await;
    bank.app.enrol("ada", &["815294"], Status::Active).await;
    let entries = json!([{ "user": "ada", "pins": ["629184"] }, { "user": "bob", "pins": ["629184"] }]);
    assert_eq!(bank.outcomes(request("add", entries)).await, [Outcome::Done, Outcome::NoCaller]);
    assert_eq!((bank.login("ada", "815294").await, bank.login("ada", "629184").await), ("verified", "verified"));
    assert!(bank.caller("bob").await.is_none());
}

#[tokio::test]
async fn rows_are_imported_once_however_often_they_are_sent() {
    let bank = Enrolment::start().await;
    bank.app.enrol("ada", &["111999"], Status::Active).await;
    assert_eq!(bank.login("ada", "222999").await, "wrong");
    let first = json!([
        { "user": "ada", "pins": ["815294"], "attributes": { "first_name": "Ada" }, "row": 2 },
        { "user": "bob", "pins": ["649173"], "row": 3 },
    ]);
    let second = json!([{ "user": "ada", "pins": ["629184"], "attributes": { "first_name": "Eve" }, "row": 9 }]);
    for _ in 0..2 {
        assert_eq!(bank.outcomes(import("replace", first.clone())).await, [Outcome::First, Outcome::First]);
        assert_eq!(bank.outcomes(import("replace", second.clone())).await, [Outcome::Further]);
    }
    let item = bank.caller("ada").await.unwrap();
    // An import resets nothing, and the last row's attributes count.
    assert_eq!((item.pins.len(), item.attempts, attributes(&item)), (2, 1, json!({ "first_name": "Eve" })));
    assert_eq!(bank.login("ada", "111999").await, "wrong");
    assert_eq!((bank.login("ada", "815294").await, bank.login("ada", "629184").await), ("verified", "verified"));
}

#[tokio::test]
async fn an_import_can_add_or_skip() {
    let bank = Enrolment::start().await;
    bank.app.enrol("ada", &["815294"], Status::Active).await;
    let both = json!([
        { "user": "ada", "pins": ["629184"], "row": 2 },
        { "user": "bob", "pins": ["629184", "649173"], "row": 3 },
    ]);
    assert_eq!(bank.outcomes(import("skip", both.clone())).await, [Outcome::Skipped, Outcome::First]);
    assert_eq!((bank.login("ada", "629184").await, bank.login("bob", "649173").await), ("wrong", "verified"));
    assert_eq!(bank.outcomes(import("add", both)).await, [Outcome::First, Outcome::First]);
    assert_eq!((bank.login("ada", "629184").await, bank.login("ada", "815294").await), ("verified", "verified"));
}

#[tokio::test]
async fn a_shared_pin_keeps_its_own_name() {
    let bank = Enrolment::start().await;
    let entries = json!([{ "user": "#depot", "pins": ["815294"] }, { "user": " Ada ", "pins": ["815294"] }]);
    assert_eq!(bank.outcomes(request("set", entries)).await, [Outcome::Done, Outcome::Done]);
    assert!(bank.caller("depot").await.is_none(), "no account has the name of a shared PIN");
    assert!(bank.caller("ada").await.is_some(), "a user id has one form");
}

#[tokio::test]
async fn bad_entries_are_refused_one_by_one_and_quote_nothing() {
    let bank = Enrolment::start().await;
    let long = "u".repeat(600);
    let entries = json!([
        { "user": "", "pins": ["815294"] },
        { "user": "# ", "pins": ["815294"] },
        { "user": long, "pins": ["815294"] },
        { "user": "907862", "pins": [] },
        { "user": "907862", "pins": ["81x294"] },
        { "user": "907862", "pins": ["815"] },
        { "user": "907862", "pins": ["8152940815294"] },
        { "user": "907862", "pins": ["815294", ""] },
        { "user": "907862", "pins": ["123456"] },
        { "user": "907862", "pins": ["907862"] },
        { "user": "907862", "pins": ["815294"], "attributes": { "plan": ["gold"] } },
        { "user": "907862", "pins": ["815294"], "attributes": { "plan": null } },
        { "user": "907862", "pins": ["815294"], "attributes": { "": "gold" } },
    ]);
    for request in [request("set", entries.clone()), import("add", entries.clone())] {
        let outcomes = bank.outcomes(request).await;
        assert_eq!(outcomes.len(), entries.as_array().unwrap().len());
        for outcome in &outcomes {
            assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }
        let told = format!("{outcomes:?} {}", serde_json::to_string(&outcomes).unwrap());
        for secret in ["8152", "81x2", "907862", "123456", "gold", "uuu"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
        assert!(told.contains("must not count up") && told.contains("part of the account number"), "{told}");
    }
    assert!(bank.caller("907862").await.is_none());
}

#[tokio::test]
async fn a_weak_pin_is_enrolled_only_if_the_request_allows_it() {
    let bank = Enrolment::start().await;
    let mut set = request("set", json!([{ "user": "ada", "pins": ["123456"] }]));
    assert!(matches!(bank.outcomes(set.clone()).await.as_slice(), [Outcome::Refused(_)]));
    set["allow_weak"] = json!(true);
    assert_eq!(bank.outcomes(set).await, [Outcome::Done]);
    assert_eq!(bank.login("ada", "123456").await, "verified");
}

#[tokio::test]
async fn a_bad_request_changes_nothing() {
    let bank = Enrolment::start().await;
    let entry = json!({ "user": "ada", "pins": ["815294"] });
    let ten_thousand = json!(vec![entry.clone(); 10_000]);
    for request in [
        request("set", ten_thousand),
        request("set", json!([])),
        request("forget", json!([entry])),
        request("set", json!([{ "user": "ada", "pins": ["815294"], "pin": "815294" }])),
        request("set", json!([{ "user": "ada", "pins": [815_294] }])),
        request("import", json!([entry])),
        json!({ "operation": "set", "realm": "Demo!", "entries": [entry] }),
        json!({ "operation": "set", "entries": [entry] }),
        json!({ "entries": [entry] }),
        json!(null),
        json!([]),
    ] {
        let answer = bank.send(request.clone()).await;
        assert!(matches!(answer, Response::Refused(_)), "{request}: {answer:?}");
        assert!(!format!("{answer:?}").contains("8152"), "{answer:?}");
    }
    assert_eq!(bank.send(json!({ "operation": "forget" })).await, Response::Refused(Refusal::UnknownOperation));
    assert!(bank.caller("ada").await.is_none());
}

#[tokio::test]
async fn a_check_names_the_keys_and_says_whether_the_table_can_be_written() {
    let bank = Enrolment::start().await;
    let key = hasher().keys().current().id().to_owned();
    let check = json!({ "operation": "check" });
    assert_eq!(bank.send(check.clone()).await, Response::Ready { keys: vec![key.clone()], fault: None });
    let mut tables = bank.database.tables.clone();
    tables.callers.push_str("-elsewhere");
    let elsewhere = Enroller::new(Store::new(bank.database.client().await, tables), hasher());
    let answer = enrol::handle(&elsewhere, &check.to_string()).await;
    assert_eq!(answer, Response::Ready { keys: vec![key], fault: Some(Fault::NoTable) });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_the_database_are_told_apart_and_lost_replies_do_no_harm() {
    let bank = Enrolment::start().await;
    let wire = Wire::to(&bank.database.endpoint).await;
    let client = client::webhook_client(
        &client::local_config(&wire.endpoint, ringbolt_tests::ACCESS_KEY),
        Duration::from_secs(10),
    );
    let enroller = Enroller::new(Store::new(client, bank.database.tables.clone()), hasher());
    let rows =
        json!([{ "user": "ada", "pins": ["815294"], "row": 2 }, { "user": "bob", "pins": ["649173"], "row": 3 }]);
    let send = async |request: Value| match enrol::handle(&enroller, &request.to_string()).await {
        Response::Outcomes(outcomes) => outcomes,
        other => panic!("{other:?}"),
    };
    for (broken, fault) in [
        (Broken::Throttle, Fault::Throttled),
        (Broken::ServerError, Fault::Unavailable),
        (Broken::Nonsense, Fault::Unavailable),
        (Broken::Denied, Fault::Denied),
    ] {
        wire.set(broken);
        let failed = Outcome::Failed { fault };
        assert_eq!(send(import("replace", rows.clone())).await, [failed.clone(), failed.clone()], "{broken:?}");
        assert_eq!(send(request("set", json!([{ "user": "ada", "pins": ["815294"] }]))).await, [failed], "{broken:?}");
    }
    // The SDK does not retry a row: the command does, at its own pace.
    wire.set(Broken::LoseReplies(1));
    wire.take_operations();
    let outcomes = send(import("replace", json!([rows[0]]))).await;
    assert_eq!((outcomes, wire.take_operations().len()), (vec![Outcome::Failed { fault: Fault::Unavailable }], 1));
    wire.set(Broken::None);
    assert_eq!(send(import("replace", rows)).await, [Outcome::First, Outcome::First]);
    assert_eq!(bank.login("ada", "815294").await, "verified");

    // The PINs are written, and then the attributes cannot be.
    wire.set(Broken::FailAfter(1));
    let entries = json!([{ "user": "ada", "pins": ["629184"], "attributes": { "first_name": "Ada" } }]);
    assert!(matches!(send(request("set", entries)).await.as_slice(), [Outcome::WithoutAttributes { .. }]));
    assert_eq!(bank.login("ada", "629184").await, "verified");
}

#[tokio::test]
async fn an_item_that_ringbolt_did_not_write_is_refused_by_an_import() {
    use aws_sdk_dynamodb::types::AttributeValue;
    let bank = Enrolment::start().await;
    let client = bank.database.client().await;
    let mark = AttributeValue::M([("run".to_owned(), AttributeValue::S(RUN.to_owned()))].into());
    let put = client.put_item().table_name(&bank.database.tables.callers);
    put.item("pk", AttributeValue::S("demo#ada".to_owned())).item("import", mark).send().await.unwrap();
    let outcomes = bank.outcomes(import("replace", json!([{ "user": "ada", "pins": ["815294"], "row": 2 }]))).await;
    assert!(matches!(outcomes.as_slice(), [Outcome::Refused(refusal)] if refusal.to_string().contains("Ringbolt")));
    let large = json!({ "story": "x".repeat(410_000) });
    let entries = json!([{ "user": "bob", "pins": ["815294"], "attributes": large, "row": 3 }]);
    let outcomes = bank.outcomes(import("replace", entries)).await;
    assert!(matches!(outcomes.as_slice(), [Outcome::Refused(refusal)] if refusal.to_string().contains("400 KB")));
}
