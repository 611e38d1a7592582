//! Finding and deleting what is kept about one person.

use crate::{NOON, enrolled};
use ringbolt_core::{identity::CallerId, pin::PinKeys};
use ringbolt_dynamodb::{
    callers::Change,
    calls::{Kept, Transcript},
    visits::{Answered, References, Visit},
};
use ringbolt_tests::{TestDatabase, caller, hasher, pin_keys};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

const DAY: Duration = Duration::from_secs(86_400);

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
            let (response_id, ivr_id, digest) = (response_id.clone(), ivr_id.to_owned(), "d".to_owned());
            let visit = Visit { response_id, ivr_id, digest, at: NOON, told, ..Visit::default() };
            store.record_visit(&visit, &Answered::default(), Duration::from_secs(60)).await.unwrap();
        }
    }
    let (mut found, mut pages, mut from) = (Vec::new(), 0, None);
    loop {
        let page = store.former_records(from).await.unwrap();
        assert!(page.records.iter().all(|record| record.former_ivr_id.is_none()));
        found.extend(page.records.into_iter().map(|record| record.response_id));
        pages += 1;
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    assert!(pages > 3, "{pages}");
    assert_eq!(found.len(), 60, "none twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), ids);

    assert_eq!(store.erase_call("r-7", NOON).await.unwrap(), 2);
    assert_eq!(store.erase_call("r-7", NOON).await.unwrap(), 0);
    assert!(store.call("r-7").await.unwrap().is_empty() && !store.call("r-8").await.unwrap().is_empty());
}

fn visit(response_id: &str, session_id: &str, about: References) -> Visit {
    let digest = "d".to_owned();
    let (response_id, session_id) = (response_id.to_owned(), Some(session_id.to_owned()));
    Visit { response_id, ivr_id: "12345".to_owned(), session_id, digest, at: NOON, about, ..Visit::default() }
}

#[tokio::test]
async fn calls_are_found_by_whom_they_named_or_had_verified_under_whichever_key_they_were_recorded() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let (before, after) = (pin_keys('a', &[]), pin_keys('b', &['a']));
    let (ada, bob) = (caller("ada"), caller("bob"));
    let of = |keys: &PinKeys, who: &CallerId| Some(keys.reference(who));
    for (response_id, about) in [
        ("r-1", References { named: of(&before, &ada), verified: None }),
        ("r-2", References { named: None, verified: of(&after, &ada) }),
        ("r-3", References { named: of(&after, &bob), verified: of(&after, &ada) }),
        ("r-4", References { named: of(&after, &bob), verified: of(&after, &bob) }),
        ("r-5", References::default()),
    ] {
        store.record_visit(&visit(response_id, "s-1", about), &Answered::default(), DAY).await.unwrap();
    }
    let about = async |who| store.calls_about(&after.references(who)).await.unwrap().into_iter().collect::<Vec<_>>();
    assert_eq!(about(&ada).await, ["r-1", "r-2", "r-3"]);
    assert_eq!(about(&bob).await, ["r-3", "r-4"]);
    assert_eq!(about(&caller("eve")).await, [""; 0]);
    let mut runs = store.runs_of_session("s-1").await.unwrap();
    runs.sort();
    assert_eq!(runs, ["r-1", "r-2", "r-3", "r-4", "r-5"]);
    store.unlink_run("s-1", "r-5").await.unwrap();
    assert_eq!(store.runs_of_session("s-1").await.unwrap().len(), 4);
}

#[tokio::test]
async fn nothing_comes_back_under_the_id_of_an_erased_call() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let transcript = |response_id| Transcript {
        response_id,
        ivr_id: "12345",
        question: "1",
        flow: "demo",
        fields: [("text".to_owned(), "hello".to_owned())].into(),
    };
    assert_eq!(store.keep_transcript(&transcript("r-1"), NOON, DAY).await.unwrap(), Kept::First);
    assert_eq!(store.erase_call("r-1", NOON).await.unwrap(), 1);
    assert_eq!(store.keep_transcript(&transcript("r-1"), NOON, DAY).await.unwrap(), Kept::Erased);
    assert!(store.call("r-1").await.unwrap().is_empty());
    assert_eq!(store.keep_transcript(&transcript("r-2"), NOON, DAY).await.unwrap(), Kept::First);
}

#[tokio::test]
async fn that_no_former_record_is_left_is_noted_once_for_all() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    assert!(!store.has_no_former_records().await.unwrap());
    store.note_no_former_records().await.unwrap();
    assert!(store.has_no_former_records().await.unwrap());
    assert!(store.former_records(None).await.unwrap().records.is_empty());
}
