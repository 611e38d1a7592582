//! Lists of calls: by IVR and span of time, the newest first.

use crate::NOON;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    Store,
    call_list::{CallList, Listed},
    calls::{Transcript, Visit},
};
use ringbolt_tests::TestDatabase;
use std::time::Duration;

const RETENTION: Duration = Duration::from_secs(90 * 86_400);
const HOUR: Duration = Duration::from_secs(3600);

async fn visited(store: &Store, response_id: &str, ivr_id: &str, at: EpochMs) {
    let told = serde_json::json!({ "answers": { "qos": "5" } });
    let visit = Visit { response_id, ivr_id, flow: "demo", digest: response_id, told, answered: None };
    store.record_visit(&visit, at, RETENTION).await.unwrap();
}

async fn ids(mut list: CallList) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(page) = list.next_page().await.unwrap() {
        all.extend(page.into_iter().map(|Listed { response_id, .. }| response_id));
    }
    all
}

#[tokio::test]
async fn calls_of_an_ivr_are_listed_newest_first_across_days() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for hour in 0..30_u32 {
        visited(&store, &format!("r-{hour:02}"), "12345", NOON.plus(HOUR * hour)).await;
    }
    visited(&store, "other", "23456", NOON).await;
    let transcript = Transcript {
        response_id: "r-00",
        ivr_id: "12345",
        question: "1",
        flow: "demo",
        fields: [("text".to_owned(), "hello".to_owned())].into(),
    };
    assert_eq!(
        store.keep_transcript(&transcript, NOON.plus(HOUR * 2), RETENTION).await.unwrap().outcome().word(),
        "first"
    );

    let span = NOON.plus(HOUR)..NOON.plus(HOUR * 29);
    let listed = ids(store.calls_of_ivr("12345", span.clone())).await;
    assert_eq!(listed.len(), 29, "28 calls and a transcription");
    let calls: Vec<_> = listed.iter().filter(|id| *id != "r-00").cloned().collect();
    assert_eq!(calls, (1..29).rev().map(|hour| format!("r-{hour:02}")).collect::<Vec<_>>());
    assert_eq!(ids(store.calls_of_ivr("12345", NOON.plus(HOUR * 30)..NOON.plus(HOUR * 60))).await, [""; 0]);
    assert_eq!(ids(store.calls_of_ivr("99", span)).await, [""; 0]);

    let mut all = ids(store.calls_of_all_ivrs(NOON..NOON.plus(HOUR))).await;
    all.sort();
    assert_eq!(all, ["other", "r-00"]);
}
