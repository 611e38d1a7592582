//! Lists of calls: by IVR and span of time, the newest first.

use crate::NOON;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    Store,
    call_list::{CallList, Listed},
    calls::Transcript,
    health::table_health,
    tables::{self, CALLS, CALLS_BY_CALLER},
    visits::{Answered, Visit},
};
use ringbolt_tests::TestDatabase;
use std::time::Duration;

const RETENTION: Duration = Duration::from_secs(90 * 86_400);
const HOUR: Duration = Duration::from_secs(3600);

async fn visited(store: &Store, response_id: &str, ivr_id: &str, at: EpochMs) {
    let (response_id, ivr_id, flow) = (response_id.to_owned(), ivr_id.to_owned(), "demo".to_owned());
    let visit = Visit { digest: response_id.clone(), response_id, ivr_id, flow, at, ..Visit::default() };
    store.record_visit(&visit, &Answered::default(), RETENTION).await.unwrap();
}

/// An item as earlier versions wrote it: all visits to an IVR in a list, and its day in one partition of the index.
async fn visited_formerly(database: &TestDatabase, response_id: &str, ivr_id: &str, at: EpochMs) {
    let put = database.client().await.put_item().table_name(&database.tables.calls);
    put.item("pk", AttributeValue::S(format!("call#{response_id}")))
        .item("sk", AttributeValue::S(format!("result#{ivr_id}")))
        .item("at", AttributeValue::N(at.0.to_string()))
        .item("ivr_day", AttributeValue::S(format!("{ivr_id}#2026-11-21")))
        .send()
        .await
        .unwrap();
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
        "stored"
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

#[tokio::test]
async fn the_shards_of_a_day_are_merged_into_one_list_with_what_earlier_versions_wrote() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let minute = |number: u32| NOON.plus(Duration::from_secs(60) * number);
    for number in 0..60 {
        let id = format!("r-{number:02}");
        if number % 3 == 0 {
            visited_formerly(&database, &id, "12345", minute(number)).await;
        } else {
            visited(&store, &id, "12345", minute(number)).await;
        }
    }
    let listed = ids(store.calls_of_ivr("12345", NOON..minute(60))).await;
    assert_eq!(listed, (0..60).rev().map(|number| format!("r-{number:02}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_index_that_an_earlier_version_lacked_is_added_and_filled() {
    let database = TestDatabase::start().await;
    let client = database.client().await;
    let remove = DeleteGlobalSecondaryIndexAction::builder().index_name(CALLS_BY_CALLER).build().unwrap();
    let update = GlobalSecondaryIndexUpdate::builder().delete(remove).build();
    let table = &database.tables.calls;
    client.update_table().table_name(table).global_secondary_index_updates(update).send().await.unwrap();
    while health(&database).await {
        tokio::task::yield_now().await;
    }
    tables::create_missing(&client, &database.tables).await.unwrap();
    assert!(health(&database).await);
}

async fn health(database: &TestDatabase) -> bool {
    table_health(&database.client().await, &database.tables.calls, CALLS).await.unwrap().fits
}
