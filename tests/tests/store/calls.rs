//! Calls and transcriptions, in whatever order, however often.

use crate::NOON;
use ringbolt_core::outcome::Outcome;
use ringbolt_dynamodb::{
    Store,
    calls::{Kept, Transcript},
    visits::{Answered, Visit},
};
use ringbolt_tests::TestDatabase;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const RETENTION: Duration = Duration::from_secs(90 * 86_400);

fn transcript<'a>(question: &'a str, text: &str) -> Transcript<'a> {
    let fields = [("text", text), ("date", "2026-11-21")];
    let fields: BTreeMap<_, _> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Transcript { response_id: "r-1", ivr_id: "12345", question, flow: "demo", fields }
}

async fn keep(store: &Store, question: &str, text: &str) -> Kept {
    store.keep_transcript(&transcript(question, text), NOON, RETENTION).await.unwrap()
}

fn visit(digest: &str) -> Visit {
    Visit {
        response_id: "r-1".to_owned(),
        ivr_id: "12345".to_owned(),
        session_id: Some("s-1".to_owned()),
        flow: "demo".to_owned(),
        digest: digest.to_owned(),
        at: NOON,
        told: json!({ "answers": { "qos": "5", "pin": "[redacted]" } }),
        ..Visit::default()
    }
}

fn answered(answer: &str) -> Answered {
    Answered {
        answer: answer.to_owned(),
        outcome: Outcome::Said,
        rule: Some("ivr:menu/-/1".to_owned()),
        ..Answered::default()
    }
}

#[tokio::test]
async fn transcriptions_are_kept_in_whatever_order_however_often() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    assert_eq!(keep(&store, "2", "second").await, Kept::First);
    assert_eq!(keep(&store, "1", "frist").await, Kept::First);
    assert_eq!(keep(&store, "1", "frist").await, Kept::Repeated);
    assert_eq!(keep(&store, "1", "first").await, Kept::Superseded);
    assert_eq!(keep(&store, "1", "frist").await, Kept::Repeated, "a late repetition of what was superseded");
    let call = store.call("r-1").await.unwrap();
    let texts: Vec<_> = call.iter().map(|item| (&item["sk"], &item["fields"]["text"])).collect();
    assert_eq!(
        texts,
        [(&json!("transcript#12345#1"), &json!("first")), (&json!("transcript#12345#2"), &json!("second")),]
    );
    assert_eq!(call[0]["revisions"][0]["fields"]["text"], "frist");
    assert_eq!(call[0]["revisions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_visit_is_kept_once_however_late_its_retry_and_another_is_an_item_of_its_own() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let retried = Visit { at: NOON.plus(Duration::from_secs(61)), ..visit("a") };
    for (visit, answer) in [(visit("a"), "<action/>"), (retried, "<action>other</action>"), (visit("b"), "Hello")] {
        store.record_visit(&visit, &answered(answer), RETENTION).await.unwrap();
    }
    assert_eq!(keep(&store, "1", "hello").await, Kept::First);
    let call = store.call("r-1").await.unwrap();
    let keys: Vec<_> = call.iter().map(|item| item["sk"].as_str().unwrap()).collect();
    assert_eq!(keys, ["transcript#12345#1", "visit#12345#a", "visit#12345#b"]);
    assert_eq!((&call[1]["answered"], &call[1]["outcome"]), (&json!("<action/>"), &json!("said")));
    assert_eq!((&call[1]["rule"], &call[1]["at"]), (&json!("ivr:menu/-/1"), &json!(NOON.0)));
    assert_eq!((&call[2]["told"]["answers"]["qos"], &call[2]["answered"]), (&json!("5"), &json!("Hello")));
    assert_eq!(call[2]["expires_at"], NOON.plus(RETENTION).epoch_secs());
    for item in &call {
        let day = item["ivr_day"].as_str().unwrap();
        assert_eq!(day, call[0]["ivr_day"], "one shard a call");
        let shard: u8 = day.strip_prefix("12345#2026-11-21#").unwrap().parse().unwrap();
        assert!(shard < 8);
    }
}

/// Earlier versions kept all visits to an IVR in one list, and dropped the hundred and first.
#[tokio::test]
async fn no_visit_of_a_long_call_is_dropped_and_none_grows_with_the_call() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for number in 0..150 {
        store.record_visit(&visit(&format!("digest-{number:03}")), &Answered::default(), RETENTION).await.unwrap();
    }
    let call = store.call("r-1").await.unwrap();
    assert_eq!(call.len(), 150);
    assert!(call.iter().all(|item| serde_json::to_string(item).unwrap().len() < 500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_postbacks_none_is_lost() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let text = format!("text {}", number % 3);
                // One that others have overtaken three times is sent again by the provider: so here.
                loop {
                    if store.keep_transcript(&transcript("1", &text), NOON, RETENTION).await.is_ok() {
                        break;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let call = store.call("r-1").await.unwrap();
    let mut texts: Vec<String> =
        call[0]["revisions"].as_array().unwrap().iter().map(|r| r["fields"]["text"].to_string()).collect();
    texts.push(call[0]["fields"]["text"].to_string());
    texts.sort();
    assert_eq!(texts, [r#""text 0""#, r#""text 1""#, r#""text 2""#]);
}
