//! What a request to find, list or erase calls costs in a large table.
//!
//! `RINGBOLT_TEST_VISITS` sets the size, which is 3,000 otherwise: with 1,000,000 visits of 100,000 callers the test takes
//! long, and the costs are the same.
#![allow(clippy::print_stdout, reason = "--nocapture shows what it took")]

use crate::NOON;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    Store,
    calls::Transcript,
    visits::{Answered, References, Visit},
};
use ringbolt_tests::{TestDatabase, Wire, caller, database::patient_client, pin_keys};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

const DAY: Duration = Duration::from_secs(86_400);
/// The visits of one caller.
const EACH: u32 = 10;

fn size() -> u32 {
    std::env::var("RINGBOLT_TEST_VISITS").map_or(3_000, |visits| visits.parse().unwrap())
}

/// A visit: ten callers' calls come in each second of a day, and go around again.
fn visit(number: u32) -> Visit {
    let who = pin_keys('a', &[]).reference(&caller(&format!("user-{}", number / EACH)));
    Visit {
        response_id: format!("r-{number}"),
        ivr_id: "12345".to_owned(),
        session_id: Some(format!("s-{number}")),
        flow: "demo".to_owned(),
        digest: "d".to_owned(),
        at: NOON.plus(Duration::from_millis(u64::from(number % 40_000_000))),
        told: serde_json::json!({ "call": { "ivr_session_id": format!("s-{number}") } }),
        about: References { named: Some(who), verified: None },
    }
}

/// The items of a template visit under other keys: a million through the store itself would take an hour.
async fn fill(database: &TestDatabase, visits: u32) {
    let client = database.client().await;
    let store = database.store().await;
    store.record_visit(&visit(0), &Answered::default(), DAY).await.unwrap();
    let table = &database.tables.calls;
    let template = client.scan().table_name(table).send().await.unwrap().items.unwrap();
    let template = template.into_iter().find(|item| item.contains_key("told")).unwrap();
    let s = |text: String| AttributeValue::S(text);
    let keys = pin_keys('a', &[]);
    let put =
        |item| WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().unwrap()).build();
    let mut batch = Vec::new();
    for number in 1..visits {
        let (response_id, session_id) = (format!("r-{number}"), format!("s-{number}"));
        let who = keys.reference(&caller(&format!("user-{}", number / EACH)));
        let day = template["ivr_day"].as_s().unwrap().rsplit_once('#').unwrap().0;
        let shard = number % 8;
        let mut item = template.clone();
        item.insert("pk".to_owned(), s(format!("call#{response_id}")));
        item.insert("who".to_owned(), s(who.as_str().to_owned()));
        item.insert("at".to_owned(), AttributeValue::N((NOON.0 + i64::from(number)).to_string()));
        item.insert("ivr_day".to_owned(), s(format!("{day}#{shard}")));
        let told = [("ivr_session_id".to_owned(), s(session_id.clone()))].into();
        item.insert("told".to_owned(), AttributeValue::M([("call".to_owned(), AttributeValue::M(told))].into()));
        batch.push(put(item));
        let link = [("pk", format!("session#{session_id}")), ("sk", format!("call#{response_id}"))];
        batch.push(put(link.map(|(name, value)| (name.to_owned(), s(value))).into()));
        if batch.len() >= 24 || number + 1 == visits {
            let batch = std::mem::take(&mut batch);
            client.batch_write_item().request_items(table, batch).send().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_table_of_any_size_erasing_one_person_takes_as_many_requests_as_they_have_records() {
    let visits = size();
    let database = TestDatabase::start().await;
    let began = Instant::now();
    fill(&database, visits).await;
    println!("{visits} visits are there after {:?}", began.elapsed());
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let keys = pin_keys('b', &['a']);

    let began = Instant::now();
    let found = store.calls_about(&keys.references(&caller("user-7"))).await.unwrap();
    assert_eq!(found, (70..80).map(|number| format!("r-{number}")).collect::<BTreeSet<_>>());
    assert_eq!(wire.take_operations(), ["Query"; 2], "one for each key");
    for response_id in &found {
        let call = store.call(response_id).await.unwrap();
        let session = call[0]["told"]["call"]["ivr_session_id"].as_str().unwrap().to_owned();
        assert_eq!(store.runs_of_session(&session).await.unwrap(), std::slice::from_ref(response_id));
        assert_eq!(store.erase_call(response_id, NOON).await.unwrap(), 1);
        store.unlink_run(&session, response_id).await.unwrap();
    }
    let mut operations = BTreeMap::new();
    wire.take_operations().into_iter().for_each(|operation| *operations.entry(operation).or_insert(0) += 1);
    // For each call: it is read, its session is, its keys are; a mark; the visit and the link go.
    let expected = [("DeleteItem", 20), ("PutItem", 10), ("Query", 30)];
    assert_eq!(operations, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert!(store.calls_about(&keys.references(&caller("user-7"))).await.unwrap().is_empty());
    println!("one person of {} is erased after {:?}", visits / EACH, began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_any_size_is_listed_page_by_page() {
    let visits = size();
    let database = TestDatabase::start().await;
    fill(&database, visits).await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let mut list = store.calls_of_ivr("12345", NOON..NOON.plus(DAY / 2));
    let (mut listed, mut longest, mut last) = (0, 0, i64::MAX);
    let began = Instant::now();
    while let Some(page) = list.next_page().await.unwrap() {
        longest = longest.max(page.len());
        for call in page {
            assert!(call.at.0 < last, "newest first");
            last = call.at.0;
            listed += 1;
        }
        if listed >= 100 && listed - longest < 100 {
            // The first page has what `call list` shows.
            let requests = wire.take_operations().len();
            assert!(requests <= 18, "{requests} requests for the first hundred");
        }
    }
    assert_eq!(listed, usize::try_from(visits).unwrap());
    assert!(longest <= 1_000, "{longest} at once");
    let requests = u32::try_from(wire.take_operations().len()).unwrap();
    assert!(requests <= visits / 200 + 18, "{requests} requests for {visits}");
    println!("{visits} visits are listed after {:?}, in {requests} requests", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_days_transcriptions_are_read_a_hundred_at_once() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for number in 0..120_i64 {
        let transcript = Transcript {
            response_id: &format!("r-{number}"),
            ivr_id: "23456",
            question: "1",
            flow: "demo",
            fields: BTreeMap::from([("text".to_owned(), format!("text {number}"))]),
        };
        store.keep_transcript(&transcript, EpochMs(NOON.0 + number), DAY).await.unwrap();
    }
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let mut listed = store.calls_of_ivr("23456", NOON..NOON.plus(DAY / 2)).next_page().await.unwrap().unwrap();
    let mut gone = listed[0].clone();
    gone.response_id = "deleted-meanwhile".to_owned();
    listed.insert(1, gone);
    wire.take_operations();
    let items = store.listed_items(&listed).await.unwrap();
    assert_eq!(wire.take_operations(), ["BatchGetItem", "BatchGetItem"]);
    let texts: Vec<&str> = items.iter().map(|item| item["fields"]["text"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..120).rev().map(|number| format!("text {number}")).collect();
    assert_eq!(texts, expected, "newest first, as listed");
}
