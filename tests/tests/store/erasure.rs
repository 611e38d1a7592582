//! Finding and deleting what is kept about one person.

use crate::{NOON, enrolled};
use ringbolt_dynamodb::{callers::Change, calls::Visit};
use ringbolt_tests::{TestDatabase, hasher};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

#[tokio::test]
async fn a_deleted_caller_is_gone_and_was_there_only_once() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["4711"]).await;
    let bob = enrolled(&store, &hasher(), "bob", &["4711"]).await;
    assert_eq!(store.delete_caller(&ada).await.unwrap(), Change::Made);
    assert_eq!(store.delete_caller(&ada).await.unwrap(), Change::NoCaller);
    assert_eq!(store.caller(&ada).await.unwrap(), None);
    assert!(store.caller(&bob).await.unwrap().is_some());
}

/// More than a scan gives at once, which is a megabyte.
#[tokio::test]
async fn all_calls_are_walked_through_page_by_page_and_deleted_one_by_one() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let long = "x".repeat(100_000);
    let ids: BTreeSet<String> = (0..30).map(|number| format!("r-{number}")).collect();
    for response_id in &ids {
        for ivr_id in ["1", "2"] {
            let told = json!({ "answers": { "text": long } });
            let visit = Visit { response_id, ivr_id, flow: "demo", digest: response_id, told, answered: None };
            store.record_visit(&visit, NOON, Duration::from_secs(60)).await.unwrap();
        }
    }
    let (mut found, mut pages, mut from) = (Vec::new(), 0, None);
    loop {
        let page = store.call_records(from).await.unwrap();
        found.extend(page.records.into_iter().map(|record| (record.response_id, record.ivr_id.unwrap())));
        pages += 1;
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    assert!(pages > 3, "{pages}");
    assert_eq!(found.len(), 60, "none twice");
    assert_eq!(found.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(), ids);

    assert_eq!(store.delete_call("r-7").await.unwrap(), 2);
    assert_eq!(store.delete_call("r-7").await.unwrap(), 0);
    assert!(store.call("r-7").await.unwrap().is_empty() && !store.call("r-8").await.unwrap().is_empty());
}
