//! The table of calls: the store's own functions, then the functions that providers reach.

use super::Written;
use crate::shapes::{DAY, NOON, fixture::Table::Calls};
use ringbolt_core::{caller::Status, outcome::Outcome};
use ringbolt_dynamodb::{
    Store,
    calls::{Kept, Transcript},
    visits::{Answered, References, Visit},
};
use ringbolt_tests::{
    TestApp, TwimlCall,
    app::{Function, event, root},
    caller, pin_keys,
    twiml::signed_event,
};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// A visit to the login, about nobody yet.
pub fn visit(response_id: &str) -> Visit {
    Visit {
        response_id: response_id.to_owned(),
        ivr_id: "12345".to_owned(),
        session_id: Some("s-1".to_owned()),
        flow: "demo".to_owned(),
        digest: "digest".to_owned(),
        at: NOON,
        told: json!({
            "call": { "ivr_caller_id": "2125550142", "ivr_session_id": "s-1", "ivr_repeated": ["a", "b"] },
            "source": { "st_campaign": "spring" },
            "answers": { "account": "one-pin", "pin": "[redacted]" },
        }),
        about: References::default(),
    }
}

/// Everything that can be known about an answer.
pub fn answered() -> Answered {
    let text = |text: &str| Some(text.to_owned());
    Answered {
        answer: "<action><app>hangup</app></action>".to_owned(),
        outcome: Outcome::Verified,
        version: text("3"),
        ivr: text("login"),
        rule: text("ivr:login/verified/1"),
        line: Some(50),
        why: text("login, verified, rule 1 on line 50"),
        failed: text("undefined"),
        duress: false,
    }
}

pub fn about(named: &str, verified: Option<&str>) -> References {
    let keys = pin_keys('a', &[]);
    let reference = |user: &str| keys.reference(&caller(user));
    References { named: Some(reference(named)), verified: verified.map(reference) }
}

pub fn transcript<'a>(response_id: &'a str, text: &str) -> Transcript<'a> {
    let fields = [("survo_id", "23456"), ("unique_id", response_id), ("question", "1"), ("text", text)];
    let fields: BTreeMap<String, String> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Transcript { response_id, ivr_id: "23456", question: "1", flow: "demo", fields }
}

pub async fn write(written: &mut Written) {
    let store = written.world.store();
    visits(written, &store).await;
    transcriptions(written, &store).await;
    erasure(written, &store).await;
    functions(written).await;
}

async fn visits(written: &mut Written, store: &Store) {
    let known = Visit { about: about("one-pin", Some("one-pin")), ..visit("r-answered") };
    store.record_visit(&known, &answered(), DAY).await.unwrap();
    written.shows(Calls, "visit", "call#r-answered", Some("visit#12345#digest")).await;
    written.shows(Calls, "session", "session#s-1", Some("call#r-answered")).await;
    written.after("session").await;
    let two = Visit { about: about("one-pin", Some("locked")), ..visit("r-two") };
    store.record_visit(&two, &answered(), DAY).await.unwrap();
    written.shows(Calls, "second-caller", "call#r-two", Some("also#12345#digest")).await;
    written.after("second-caller").await;
    let least = Answered { answer: "done".to_owned(), ..Answered::default() };
    store.record_visit(&visit("r-least"), &least, DAY).await.unwrap();
    written.shows(Calls, "visit-with-the-least", "call#r-least", Some("visit#12345#digest")).await;
    written.after("visit-with-the-least").await;
    let under_duress = Answered { duress: true, ..answered() };
    store.record_visit(&visit("r-duress"), &under_duress, DAY).await.unwrap();
    written.shows(Calls, "visit-under-duress", "call#r-duress", Some("visit#12345#digest")).await;
    written.after("visit-under-duress").await;
    store.link_run("s-1", "r-linked", NOON, DAY).await.unwrap();
    written.after("linked").await;
    store.unlink_run("s-1", "r-linked").await.unwrap();
}

async fn transcriptions(written: &mut Written, store: &Store) {
    let keep = async |text: &str, secs: u64| {
        store.keep_transcript(&transcript("r-said", text), NOON.plus(Duration::from_secs(secs)), DAY).await.unwrap()
    };
    assert_eq!(keep("Thank you", 1).await, Kept::First);
    written.shows(Calls, "transcription", "call#r-said", Some("transcript#23456#1")).await;
    written.after("transcription").await;
    assert_eq!(keep("Thank you so much", 3).await, Kept::Superseded);
    assert_eq!(keep("Thanks", 2).await, Kept::Outdated);
    written.shows(Calls, "transcription-revised", "call#r-said", Some("transcript#23456#1")).await;
    written.after("transcription-revised").await;
}

async fn erasure(written: &mut Written, store: &Store) {
    store.erase_call("r-said", NOON).await.unwrap();
    written.shows(Calls, "erased", "call#r-said", Some("erased")).await;
    written.after("erased").await;
    store.note_no_former_records().await.unwrap();
    written.shows(Calls, "no-former-records", "#former-records", None).await;
    written.after("no-former-records").await;
}

/// Whatever an event does, and a call of each provider.
async fn functions(written: &mut Written) {
    let app = written.world.app();
    app.enrol_demo().await;
    for function in [Function::Auth, Function::NextAction, Function::Transcription, Function::Voice] {
        let files = std::fs::read_dir(root().join("events").join(function.name())).unwrap();
        let mut cases: Vec<String> =
            files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        cases.sort();
        for case in cases {
            app.send(function, &event(function, &case)).await;
            written.after(&case).await;
        }
    }
    dialogtech(written, &app).await;
    twiml(written, &app).await;
}

async fn dialogtech(written: &mut Written, app: &TestApp) {
    app.enrol("caller", &["4711"], Status::Active).await;
    for (pin, step) in [("0000", "wrong"), ("4711", "verified"), ("", "unanswered")] {
        let query = format!("ivr_id=12345&ivr_session_id=d-1&ivr_response_id={step}&account=caller&pin={pin}");
        app.next(&query).await;
        written.after(&format!("dialogtech-{step}")).await;
    }
    // No such text: the fallback answers.
    app.next("ivr_id=34567&ivr_session_id=d-2&ivr_response_id=d-2").await;
    app.next("ivr_session_id=d-3&ivr_response_id=d-3&qos=5").await;
    written.after("dialogtech-fallback").await;
    app.transcribed("survo_id=23456&unique_id=d-1&question=1&text=hello").await;
    written.after("dialogtech-transcribed").await;
}

async fn twiml(written: &mut Written, app: &TestApp) {
    let mut call = TwimlCall::to(app, "demo", "CA1");
    call.ask(&[("CallerName", "Ada")]).await;
    for keyed in ["90786", "4711", "5"] {
        call.key(keyed).await;
        written.after("twiml").await;
    }
    app.send(Function::Voice, &signed_event(&call.url, &call.form(&[("CallStatus", "completed")]))).await;
    written.after("twiml-completed").await;
}
