//! Damaged calls: what is beside them is found and listed, and postbacks are stored or asked for again.

use super::{Faults, Variants};
use crate::shapes::{
    DAY, NOON,
    dynamodb_json::Item,
    fixture::Table::Calls,
    heard::Heard,
    read::{listed, text},
    world::World,
    writers::{about, answered, transcript, visit},
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{Store, call_list::Listed, visits::Visit};
use ringbolt_tests::{caller, pin_keys};
use std::collections::BTreeSet;

/// An undamaged call in the same partitions of the indexes, with a transcription.
async fn neighbour(store: &Store) {
    let whole = Visit { about: about("one-pin", Some("locked")), ..visit("r-neighbour") };
    store.record_visit(&whole, &answered(), DAY).await.unwrap();
    store.keep_transcript(&transcript("r-neighbour", "Hello"), NOON, DAY).await.unwrap();
}

/// The variants of every file, all at once, each under a key of its own.
async fn put_all(world: &World) -> Vec<(Item, String)> {
    let mut variants = Variants::of(Calls, |_| true);
    let mut all = Vec::new();
    for (number, (_, damaged)) in variants.all.iter_mut().enumerate() {
        let name = if text(&damaged.item, "pk").starts_with("call#") { "pk" } else { "sk" };
        let own = format!("{}-{number}", text(&damaged.item, name));
        damaged.item.insert(name.to_owned(), AttributeValue::S(own));
    }
    while let Some((_, damaged, case)) = variants.next(world).await {
        all.push((damaged.item, case));
    }
    variants.note();
    all
}

fn is_listed(item: &Item) -> bool {
    ["visit", "result", "transcript"].contains(&text(item, "sk").split('#').next().unwrap())
}

/// Whether the item's time, which is a part of the index, lies in the day that is listed.
fn is_in_span(item: &Item) -> bool {
    let at = item.get("at").and_then(|at| at.as_n().ok()).and_then(|at| at.parse::<f64>().ok());
    at.is_some_and(|at| (NOON.0 as f64 - 1.0..NOON.plus(DAY).0 as f64).contains(&at))
}

#[tokio::test]
async fn damaged_calls_hide_no_other_call_and_are_shown_or_counted() {
    let world = World::start().await;
    let (store, keys) = (world.store(), pin_keys('a', &[]));
    neighbour(&store).await;
    let all = put_all(&world).await;
    let mut faults = Faults::default();

    let mut list = store.calls_of_all_ivrs(EpochMs(NOON.0 - 1)..NOON.plus(DAY));
    let mut whole = Vec::new();
    while let Some(page) = list.next_page().await.unwrap() {
        whole.extend(page);
    }
    let ids: BTreeSet<&str> = whole.iter().map(|listed| listed.response_id.as_str()).collect();
    let mut unreadable = 0;
    for (item, case) in all.iter().filter(|(item, _)| is_listed(item) && is_in_span(item)) {
        let response_id = text(item, "pk").strip_prefix("call#").unwrap();
        let has_whole_time = item["at"].as_n().unwrap().parse::<i64>().is_ok();
        faults.expect(ids.contains(response_id) == has_whole_time, || format!("{case}: in the list or not"));
        unreadable += usize::from(!has_whole_time);
    }
    faults.expect(unreadable > 0 && list.unreadable() == unreadable, || {
        format!("{unreadable} cannot be listed, and {} are said to be", list.unreadable())
    });
    let items = store.listed_items(&whole).await.unwrap();
    faults.expect(items.len() == whole.len(), || "an item that is listed is not read".to_owned());

    let has = |list: &[Listed]| list.iter().any(|call| call.response_id == "r-neighbour");
    for ivr in ["12345", "23456"] {
        let span = EpochMs(NOON.0 - 1)..NOON.plus(DAY);
        faults.expect(has(&listed(store.calls_of_ivr(ivr, span)).await), || format!("a call of IVR {ivr} is lost"));
    }
    faults.expect(has(&whole), || "a call is lost in the whole table".to_owned());
    let (mut records, mut from) = (Vec::new(), None);
    loop {
        let page = store.former_records(from).await.unwrap();
        records.extend(page.records.into_iter().map(|record| record.response_id));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    faults.expect(records.iter().any(|id| id == "r-neighbour"), || "a record is lost".to_owned());
    for user in ["one-pin", "locked"] {
        let about = store.calls_about(&keys.references(&caller(user))).await.unwrap();
        faults.expect(about.contains("r-neighbour"), || format!("a call about {user} is lost"));
    }
    let runs = store.runs_of_session("s-1").await.unwrap();
    faults.expect(runs.contains(&"r-neighbour".to_owned()), || "a run is lost".to_owned());
    for (item, case) in &all {
        let Some(response_id) = text(item, "pk").strip_prefix("call#") else { continue };
        let shown = store.call(response_id).await.unwrap().len();
        let expected = usize::from(text(item, "sk") != "erased");
        faults.expect(shown == expected, || format!("{case}: it is shown {shown} times"));
    }
    faults.none();
}

#[tokio::test]
async fn a_postback_about_a_damaged_transcription_is_stored_or_asked_for_again() {
    let world = World::start().await;
    let (heard, _listening) = Heard::listen();
    let app = world.app();
    let mut faults = Faults::default();
    let mut variants = Variants::of(Calls, |fixture| text(&fixture.item, "sk").starts_with("transcript#"));
    while let Some((_, damaged, case)) = variants.next(&world).await {
        let response_id = text(&damaged.item, "pk").strip_prefix("call#").unwrap();
        heard.take();
        let query = format!("survo_id=23456&unique_id={response_id}&question=1&text=said+in+confidence");
        let answer = app.transcribed(&query).await;
        let log = heard.take();
        let after = world.get(Calls, &damaged.item).await.unwrap();
        let case = || format!("{case}: {} {}; {log}", answer.status, answer.report.outcome.word());
        faults.expect(!log.contains("confidence") && !log.contains("panic"), case);
        match answer.status {
            204 => faults.expect(format!("{after:?}").contains("said in confidence"), case),
            503 => faults.expect(after == damaged.item && !log.is_empty(), case),
            _ => faults.expect(false, case),
        }
        world.delete(Calls, &damaged.item).await;
    }
    faults.none();
}

/// The record of a visit meets its own damaged item: the answer does not wait for it, and nothing panics.
#[tokio::test]
async fn a_visit_whose_item_is_damaged_is_still_recorded_or_left_alone() {
    let world = World::start().await;
    let store = world.store();
    let (mut faults, mut variants) = (
        Faults::default(),
        Variants::of(Calls, |fixture| fixture.name.starts_with("former-visit-of-a-caller-unanswered")),
    );
    while let Some((_, damaged, case)) = variants.next(&world).await {
        let known = Visit { about: about("one-pin", Some("one-pin")), ..visit("r-answered") };
        let visited = store.record_visit(&known, &answered(), DAY).await;
        faults.expect(visited.is_ok(), || format!("{case}: {visited:?}"));
        world.delete(Calls, &damaged.item).await;
    }
    faults.none();
}
