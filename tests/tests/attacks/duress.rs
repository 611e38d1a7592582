//! A caller who is forced to log in keys their duress PIN. Whoever listens learns nothing; the operators do.

use crate::attacks::{line, login};
use ringbolt_core::{
    caller::{Attributes, Status},
    pin::{CallerPin, PinHash, PinHasher, PinHashes},
};
use ringbolt_dynamodb::callers::Change;
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    QUICK, TestApp, TestDatabase, TwimlCall, Wire,
    app::{
        Function::{Auth, NextAction, Voice},
        demo_flow,
    },
    caller, pin_keys,
};
use serde_json::Value;

const RIGHT: &str = "4711";
const DURESS: &str = "6093";

/// The demo flow; it asks to be told of duress PINs, or not.
fn flow(is_told: bool) -> String {
    let (verify, wix) = ("    verify_pin:\n", "wix_answers:\n");
    assert!(demo_flow().contains(verify) && demo_flow().contains(wix));
    if !is_told {
        return demo_flow();
    }
    let flow = demo_flow().replacen(verify, "    verify_pin:\n      duress: true\n", 1);
    flow.replacen("\nwix_answers:\n", "\nwix_answers:\n  duress: true\n", 1)
}

/// The account 90000, with a PIN and a duress PIN.
async fn app(is_told: bool) -> (TestApp, TestDatabase) {
    let database = TestDatabase::start().await;
    let app = TestApp::with_flow(&database, &flow(is_told)).await;
    enrol(&app, "90000").await;
    (app, database)
}

async fn enrol(app: &TestApp, account: &str) {
    app.enrol(account, &[RIGHT], Status::Active).await;
    let tags = app.app.hasher.enrol_duress(&caller(account), &CallerPin::parse(DURESS).unwrap()).unwrap();
    let added = app.app.webhook.store.add_pin(&caller(account), &tags).await.unwrap();
    assert_eq!(added, Change::Made);
}

fn is_told(app: &TestApp, answer: &Answer) -> bool {
    let line = line(app, NextAction, answer);
    assert_eq!(line["duress"].is_null(), line["Duress"].is_null());
    line["duress"] == true && line["Duress"] == 1 && line["Verified"] == 1
}

/// What is sent, without the pass-through data, which is signed and has the version of the caller's PINs.
fn sent(answer: &Answer) -> (u16, &'static str, String) {
    (answer.status, answer.content_type, answer.body.clone())
}

#[tokio::test]
async fn a_duress_pin_gets_the_answer_of_the_right_one_in_every_dialect_and_the_operators_are_told() {
    let mut told = Vec::new();
    for function in [Auth, NextAction, Voice] {
        let mut answers = Vec::new();
        for pin in [RIGHT, DURESS] {
            let (app, _database) = app(true).await;
            let answer = match function {
                Auth => app.auth("c-1", "90000", pin).await,
                NextAction => login(&app, "s-1", "90000", pin).await,
                _ => {
                    let mut call = TwimlCall::to(&app, "demo", "CA1");
                    call.ask(&[]).await;
                    call.key("90000").await;
                    call.key(pin).await
                }
            };
            assert_eq!(answer.report.outcome.word(), "verified", "{function:?} {pin}");
            told.push(is_told(&app, &answer));
            answers.push(answer);
        }
        let (right, duress) = (&answers[0], &answers[1]);
        // A voice answer's URL has a sealed state, which differs each time.
        if function == Voice {
            assert_eq!(right.body.len(), duress.body.len());
        } else {
            assert_eq!(sent(right), sent(duress), "{function:?}");
        }
        assert_eq!(right.report.reason, duress.report.reason, "{function:?}");
    }
    assert_eq!(told, [false, true, false, true, false, true]);
}

#[tokio::test]
async fn it_costs_the_same_requests_and_resets_the_same_counters() {
    let mut seen = Vec::new();
    for pin in [RIGHT, DURESS] {
        let database = TestDatabase::start().await;
        let wire = Wire::to(&database.endpoint).await;
        let app = TestApp::through(&database, &wire.endpoint, &flow(true)).await;
        enrol(&app, "90000").await;
        login(&app, "s-1", "90000", "1593").await;
        wire.take_operations();
        app.auth("c-1", "90000", pin).await;
        let item = app.app.webhook.store.caller(&caller("90000")).await.unwrap().unwrap();
        seen.push((wire.take_operations(), item.attempts, item.last_at, item.pins));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].1, 0);
}

#[tokio::test]
async fn without_the_flows_consent_it_is_just_a_pin() {
    let (app, _database) = app(false).await;
    for answer in [login(&app, "s-1", "90000", DURESS).await, app.auth("c-1", "90000", DURESS).await] {
        assert_eq!(answer.report.outcome.word(), "verified");
        assert!(!is_told(&app, &answer));
    }
}

#[tokio::test]
async fn the_record_of_the_call_keeps_it() {
    let (app, _database) = app(true).await;
    for (call, pin) in [("r-1", RIGHT), ("r-2", DURESS)] {
        login(&app, call, "90000", pin).await;
        let items = app.app.webhook.store.call(call).await.unwrap();
        let kept: Vec<&Value> = items.iter().filter_map(|item| item.get("duress")).collect();
        assert_eq!(kept, if pin == DURESS { vec![&Value::Bool(true)] } else { vec![] }, "{pin}");
    }
}

#[tokio::test]
async fn a_duress_pin_of_a_locked_caller_opens_nothing_and_tells_nothing() {
    let (app, _database) = app(true).await;
    for pin in ["1593", "1594", "1595"] {
        app.auth(&format!("c-{pin}"), "90000", pin).await;
    }
    let answer = app.auth("c-4", "90000", DURESS).await;
    assert_eq!(answer.report.outcome.word(), "locked");
    assert!(!is_told(&app, &answer), "its PIN was not compared");
}

/// The tags of the former hash are replaced at the login, those of duress with them.
#[tokio::test]
async fn it_stays_a_duress_pin_while_the_hash_and_the_key_change() {
    let (mut app, _database) = app(true).await;
    let hashes = PinHashes { current: PinHash::Keyed, previous: Some(QUICK) };
    app.app.hasher = PinHasher::new(pin_keys('b', &['a']), hashes);
    for (call, pin) in [("s-1", DURESS), ("s-2", RIGHT), ("s-3", DURESS)] {
        let answer = login(&app, call, "90000", pin).await;
        assert_eq!((answer.report.outcome.word(), is_told(&app, &answer)), ("verified", pin == DURESS), "{call}");
    }
    // What the key and the hash before made is gone, so that nothing of it is left when they are dropped.
    app.app.hasher = PinHasher::new(pin_keys('b', &[]), PinHash::Keyed);
    let item = app.app.webhook.store.caller(&caller("90000")).await.unwrap().unwrap();
    assert_eq!(item.pins.len(), 3);
    assert!(item.pins.iter().all(|tag| app.app.hasher.comparable(tag).is_ok()), "{}", item.pins.len());
    for (call, pin, outcome) in [("s-4", DURESS, "verified"), ("s-5", RIGHT, "verified"), ("s-6", "1593", "wrong")] {
        let answer = login(&app, call, "90000", pin).await;
        assert_eq!((answer.report.outcome.word(), is_told(&app, &answer)), (outcome, pin == DURESS), "{call}");
    }
}

#[tokio::test]
async fn replacing_the_pins_removes_it_and_removing_it_leaves_the_others() {
    let (app, _database) = app(true).await;
    let (store, hasher, ada) = (&app.app.webhook.store, &app.app.hasher, caller("90000"));
    let pins = store.caller(&ada).await.unwrap().unwrap().pins;
    let duress = CallerPin::parse(DURESS).unwrap();
    let found = hasher.find_all(&ada, &duress, pins.iter().map(String::as_str)).unwrap();
    let found: Vec<_> = found.into_iter().map(ringbolt_core::pin::PinTag::from_stored).collect();
    assert_eq!((found.len(), store.remove_pin(&ada, &found).await.unwrap()), (2, Change::Made));
    assert_eq!(login(&app, "s-1", "90000", DURESS).await.report.outcome.word(), "wrong");
    assert_eq!(login(&app, "s-2", "90000", RIGHT).await.report.outcome.word(), "verified");

    enrol(&app, "90001").await;
    let other = caller("90001");
    let again = hasher.enrol(&other, &duress).unwrap();
    assert_eq!(store.set_pins(&other, &again, &Attributes::new()).await.unwrap(), Change::Made);
    let answer = login(&app, "s-3", "90001", DURESS).await;
    assert_eq!(
        (answer.report.outcome.word(), is_told(&app, &answer)),
        ("verified", false),
        "it is an ordinary PIN now"
    );
}
