//! The table of calls.

use crate::shapes::{
    DAY, NOON,
    dynamodb_json::Item,
    fixture::{Fixture, Table::Calls},
    world::World,
    writers::{about, answered, transcript, visit},
};
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    Store,
    call_list::{CallList, Listed},
    calls::Kept,
};
use ringbolt_tests::{caller, pin_keys};
use std::time::Duration;

pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

pub async fn listed(mut list: CallList) -> Vec<Listed> {
    let mut all = Vec::new();
    while let Some(page) = list.next_page().await.unwrap() {
        all.extend(page);
    }
    all
}

/// All visits and transcriptions, through the index and by reading the table.
async fn lists(store: &Store, ivr_id: &str) -> [Vec<Listed>; 2] {
    let span = || EpochMs(NOON.0 - 1)..NOON.plus(DAY);
    [listed(store.calls_of_ivr(ivr_id, span())).await, listed(store.calls_of_all_ivrs(span())).await]
}

/// What the key says an item is.
fn kind(item: &Item) -> &str {
    text(item, "sk").split('#').next().unwrap()
}

#[tokio::test]
async fn every_stored_item_of_a_call_is_read_listed_and_found() {
    let world = World::start().await;
    let store = world.store();
    for fixture in Fixture::of(Calls) {
        let item = &fixture.item;
        assert!(world.put(Calls, item).await);
        let is_former = matches!(kind(item), "result");
        match kind(item) {
            "visit" | "result" | "transcript" => {
                let response_id = text(item, "pk").strip_prefix("call#").unwrap();
                let ivr_id = text(item, "sk").split('#').nth(1).unwrap();
                let call = store.call(response_id).await.unwrap();
                assert_eq!(call.len(), 1, "{fixture}");
                assert!(call[0].keys().eq(sorted(item)), "{fixture}");
                assert_eq!(call[0]["flow"], "demo", "{fixture}");
                for list in lists(&store, ivr_id).await {
                    let [listed] = list.as_slice() else { panic!("{fixture}: {list:?}") };
                    assert_eq!(
                        (listed.response_id.as_str(), listed.is_transcript),
                        (response_id, kind(item) == "transcript")
                    );
                    assert_eq!(listed.at.0.to_string(), *item["at"].as_n().unwrap(), "{fixture}");
                    assert_eq!(store.listed_items(&list).await.unwrap(), call, "{fixture}");
                }
                let [_, whole] = lists(&store, ivr_id).await;
                let (number, outcome) = (whole[0].number.as_deref(), whole[0].outcome.as_deref());
                assert_eq!(outcome, item.get("outcome").map(|word| word.as_s().unwrap().as_str()), "{fixture}");
                if is_former || item.contains_key("who") && fixture.name != "visit-of-a-caller" {
                    assert_eq!(number, Some("2125550142"), "{fixture}");
                }
            }
            "also" => {
                let keys = pin_keys('a', &[]);
                let found = store.calls_about(&keys.references(&caller("locked"))).await.unwrap();
                assert!(found.iter().eq(["r-two"]), "{fixture}");
            }
            "call" => assert_eq!(store.runs_of_session("s-1").await.unwrap(), ["r-answered"], "{fixture}"),
            "erased" => {
                assert!(store.is_erased("r-said").await.unwrap() && store.call("r-said").await.unwrap().is_empty());
                let kept = store.keep_transcript(&transcript("r-said", "Too late"), NOON, DAY).await.unwrap();
                assert_eq!(kept, Kept::Erased);
            }
            "none" => assert!(store.has_no_former_records().await.unwrap()),
            other => panic!("{fixture}: {other}"),
        }
        let records = store.former_records(None).await.unwrap().records;
        let expected = match kind(item) {
            "visit" => Some(None),
            "result" => Some(Some("12345")),
            _ => None,
        };
        let found = records.first().map(|record| record.former_ivr_id.as_deref());
        assert_eq!(found, expected, "{fixture}");
        world.delete(Calls, item).await;
        assert!(world.items(Calls).await.is_empty());
    }
}

fn sorted(item: &Item) -> Vec<&String> {
    let mut names: Vec<_> = item.keys().collect();
    names.sort();
    names
}

#[tokio::test]
async fn visits_are_found_by_their_caller_and_the_same_visit_changes_nothing() {
    let world = World::start().await;
    let (store, keys) = (world.store(), pin_keys('a', &[]));
    for name in ["visit", "former-visit-of-a-caller-unanswered"] {
        let item = Fixture::load(Calls, name).item;
        assert!(world.put(Calls, &item).await);
        let found = store.calls_about(&keys.references(&caller("one-pin"))).await.unwrap();
        assert!(found.iter().eq(["r-answered"]), "{name}");
        let again = ringbolt_dynamodb::visits::Visit {
            about: about("one-pin", Some("one-pin")),
            at: NOON.plus(Duration::from_secs(2)),
            ..visit("r-answered")
        };
        store.record_visit(&again, &answered(), DAY).await.unwrap();
        assert_eq!(world.get(Calls, &item).await.unwrap(), item, "{name}");
        world.delete(Calls, &item).await;
    }
}

#[tokio::test]
async fn stored_transcriptions_are_repeated_superseded_and_ordered() {
    let world = World::start().await;
    let store = world.store();
    for (name, revisions) in [
        ("transcription", 0),
        ("former-transcription", 0),
        ("transcription-revised", 2),
        ("former-transcription-revised", 2),
    ] {
        let item = Fixture::load(Calls, name).item;
        assert!(world.put(Calls, &item).await);
        let response_id = text(&item, "pk").strip_prefix("call#").unwrap();
        let keep = async |said: &str, secs: u64| {
            // The fields belong to the item, whatever its id is.
            let said = ringbolt_dynamodb::calls::Transcript { response_id, ..transcript("r-said", said) };
            store.keep_transcript(&said, NOON.plus(Duration::from_secs(secs)), DAY).await.unwrap()
        };
        let present = item["fields"].as_m().unwrap()["text"].as_s().unwrap();
        assert_eq!(keep(present, 60).await, Kept::Repeated, "{name}");
        assert_eq!(world.get(Calls, &item).await.unwrap(), item, "{name}");
        assert_eq!(keep("Something else", 60).await, Kept::Superseded, "{name}");
        let now = world.get(Calls, &item).await.unwrap();
        assert_eq!(now["revisions"].as_l().unwrap().len(), revisions + 1, "{name}");
        assert_eq!(keep(present, 90).await, Kept::Repeated, "{name}: it is among the revisions");
    }
}
