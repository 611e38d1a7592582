//! Published call flows.

use crate::NOON;
use ringbolt_core::{flow::Flow, identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::{
    StoreError,
    flows::{
        Closure, ClosureChange, FlowTable, InvalidPush, Live, LiveInDetail, LiveState, LiveVersions, Move, Moved,
        Published, Push,
    },
};
use ringbolt_tests::{Fault, TestDatabase, Wire, database::patient_client};

async fn table(database: &TestDatabase) -> FlowTable {
    let name = format!("{}-flows", database.tables.calls);
    ringbolt_dynamodb::tables::create_missing_flows(&database.client().await, &name).await.unwrap();
    FlowTable::new(database.client().await, name)
}

fn bank() -> FlowName {
    FlowName::parse("bank").unwrap()
}

fn push(text: &str) -> Push {
    Push::new(text.to_owned(), "ada".to_owned(), None, NOON).unwrap()
}

fn live(version: u64, replaced: Option<u64>) -> Published {
    Published::Live { version, replaced }
}

fn moved(from: u64) -> Move {
    Move { from: Some(from), at: NOON, by: "bea".to_owned() }
}

/// Makes versions live as Bea.
async fn move_live(table: &FlowTable, seen: &LiveInDetail, to: &[(&FlowName, u64)]) -> Moved {
    let to: LiveVersions = to.iter().map(|(name, version)| ((*name).clone(), *version)).collect();
    table.move_live(seen, &to, NOON, "bea").await.unwrap()
}

fn closure(until: i64, at: i64) -> Closure {
    Closure { until: EpochMs(NOON.0 + until), at: EpochMs(NOON.0 + at), by: "ada".to_owned() }
}

#[tokio::test]
async fn each_push_is_a_new_version_and_live() {
    let database = TestDatabase::start().await;
    let (table, bank, demo) = (table(&database).await, bank(), FlowName::parse("demo").unwrap());
    assert!(table.live().await.unwrap().is_empty());
    assert_eq!(table.publish(&bank, &push("one")).await.unwrap(), live(1, None));
    assert_eq!(table.publish(&demo, &push("another flow")).await.unwrap(), live(1, None));
    assert_eq!(table.publish(&bank, &push("two")).await.unwrap(), live(2, Some(1)));
    assert!(table.live().await.unwrap().into_iter().eq([(bank.clone(), 2), (demo, 1)]));
    assert_eq!(table.text(&bank, 1).await.unwrap(), "one");
    assert_eq!(table.text(&bank, 2).await.unwrap(), "two");
    assert!(matches!(table.text(&bank, 3).await, Err(StoreError::Unreadable { attribute: "text" })));
}

#[tokio::test]
async fn what_is_live_already_is_not_pushed_again_but_what_was_live_once_is() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    table.publish(&bank, &push("one")).await.unwrap();
    assert_eq!(table.publish(&bank, &push("one")).await.unwrap(), Published::Unchanged { version: 1 });
    table.publish(&bank, &push("two")).await.unwrap();
    assert_eq!(table.publish(&bank, &push("one")).await.unwrap(), live(3, Some(2)));
}

#[tokio::test]
async fn a_version_says_who_pushed_what_when_and_why() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    let at = EpochMs(NOON.0 + 5_000);
    table.publish(&bank, &push("one")).await.unwrap();
    let second = Push::new("abc".to_owned(), "bea".to_owned(), Some("Sundays\ntoo".to_owned()), at).unwrap();
    table.publish(&bank, &second).await.unwrap();
    let version = table.version(&bank, 2).await.unwrap().unwrap();
    assert_eq!(version.text, "abc");
    let info = version.info;
    assert_eq!((info.version, info.pushed_at, info.bytes, info.replaced), (2, at, Some(3), Some(1)));
    assert_eq!((info.by.as_deref(), info.note.as_deref()), (Some("bea"), Some("Sundays\ntoo")));
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(info.sha256.as_deref(), Some(abc), "the digest that FIPS 180 gives as an example");
    let by_bea = Move { from: Some(1), at, by: "bea".to_owned() };
    assert_eq!(table.live_in_detail().await.unwrap().flows[&bank], Live { version: 2, moved: Some(by_bea) });
    assert_eq!(table.version(&bank, 3).await.unwrap(), None);
}

#[tokio::test]
async fn a_move_is_refused_if_another_version_is_live_than_its_author_saw() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    for text in ["one", "two"] {
        table.publish(&bank, &push(text)).await.unwrap();
    }
    let seen = table.live_in_detail().await.unwrap();
    table.publish(&bank, &push("three")).await.unwrap();
    let Moved::Overtaken { live: now } = move_live(&table, &seen, &[(&bank, 1)]).await else { panic!() };
    assert_eq!((seen.version(&bank), now.version(&bank)), (Some(2), Some(3)));
    assert_eq!(table.live_in_detail().await.unwrap(), now, "nothing was changed");
    assert_eq!(move_live(&table, &now, &[(&bank, 1)]).await, Moved::Done);
    assert_eq!(table.live_in_detail().await.unwrap().flows[&bank], Live { version: 1, moved: Some(moved(3)) });
    // The same again: the SDK repeats what had no answer.
    assert_eq!(move_live(&table, &now, &[(&bank, 1)]).await, Moved::Done);
    // The next push is above all versions, not above the live one.
    assert_eq!(table.publish(&bank, &push("four")).await.unwrap(), live(4, Some(1)));
    assert_eq!(table.text(&bank, 2).await.unwrap(), "two");
}

#[tokio::test]
async fn a_move_is_refused_if_any_other_flow_has_changed_or_appeared() {
    let database = TestDatabase::start().await;
    let (table, bank, shop) = (table(&database).await, bank(), FlowName::parse("shop").unwrap());
    let version = table.store_version(&bank, &push("one"), None).await.unwrap();
    for text in ["one", "two"] {
        let seen = table.live_in_detail().await.unwrap();
        table.publish(&shop, &push(text)).await.unwrap();
        let Moved::Overtaken { live: now } = move_live(&table, &seen, &[(&bank, version)]).await else { panic!() };
        assert_eq!((now.version(&bank), now.version(&shop)), (None, seen.version(&shop).map_or(Some(1), |_| Some(2))));
    }
    let now = table.live_in_detail().await.unwrap();
    // A closure is none of its business.
    table.close_calendar(&shop, "support", None, &closure(10, 0)).await.unwrap();
    assert_eq!(move_live(&table, &now, &[(&bank, version)]).await, Moved::Done);
    assert!(table.live().await.unwrap().into_iter().eq([(bank, 1), (shop, 2)]));
}

#[tokio::test]
async fn several_flows_are_live_with_one_write_even_if_its_reply_is_lost() {
    let database = TestDatabase::start().await;
    table(&database).await;
    let wire = Wire::to(&database.endpoint).await;
    let table = FlowTable::new(patient_client(&wire.endpoint).await, format!("{}-flows", database.tables.calls));
    let names: Vec<FlowName> = (0..300).map(|number| FlowName::parse(&format!("flow-{number}")).unwrap()).collect();
    for (expected, fault) in [(1, Fault::None), (2, Fault::LoseReplies(1))] {
        let seen = table.live_in_detail().await.unwrap();
        wire.take_operations();
        wire.set(fault);
        let to: Vec<(&FlowName, u64)> = names.iter().map(|name| (name, expected)).collect();
        assert_eq!(move_live(&table, &seen, &to).await, Moved::Done);
        assert_eq!(wire.take_operations(), vec!["UpdateItem"; usize::try_from(expected).unwrap()]);
        let live = table.live().await.unwrap();
        assert!(live.len() == names.len() && live.values().all(|version| *version == expected));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_pushes_no_text_is_lost_and_one_wins_each_move() {
    const PUSHES: u64 = 8;
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    table.publish(&bank, &push("the first")).await.unwrap();
    let tasks: Vec<_> = (0..PUSHES)
        .map(|number| {
            let (table, bank) = (table.clone(), bank.clone());
            tokio::spawn(async move { table.publish(&bank, &push(&format!("text {number}"))).await.unwrap() })
        })
        .collect();
    let (mut winners, mut versions) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            Published::Live { version, replaced } => {
                winners.push((replaced, version));
                versions.push(version);
            }
            Published::Overtaken { version, live } => {
                assert_ne!(Some(version), live);
                versions.push(version);
            }
            Published::Unchanged { version } => panic!("nobody pushed the text of version {version}"),
        }
    }
    versions.sort_unstable();
    assert!(versions.into_iter().eq(2..=PUSHES + 1), "each push has a version of its own");
    // What won makes one chain from the first to what is live: nobody replaced what somebody else had replaced already.
    let (mut reached, mut won) = (Some(1), 0);
    while let Some((_, version)) = winners.iter().find(|(replaced, _)| *replaced == reached) {
        (reached, won) = (Some(*version), won + 1);
    }
    assert_eq!((won, reached), (winners.len(), table.live().await.unwrap().get(&bank).copied()));
    let mut texts = Vec::new();
    for version in 2..=PUSHES + 1 {
        texts.push(table.text(&bank, version).await.unwrap());
    }
    texts.sort();
    assert!(texts.into_iter().eq((0..PUSHES).map(|number| format!("text {number}"))));
}

#[tokio::test]
async fn a_push_that_broke_off_before_it_was_live_leaves_nothing_that_harms() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    table.publish(&bank, &push("one")).await.unwrap();
    table.publish(&bank, &push("two")).await.unwrap();
    // As after a crash of the second push: its version is there, and what was live before still is.
    let seen = table.live_in_detail().await.unwrap();
    assert_eq!(move_live(&table, &seen, &[(&bank, 1)]).await, Moved::Done);
    assert_eq!(table.publish(&bank, &push("two")).await.unwrap(), live(3, Some(1)));
    assert_eq!(table.text(&bank, 2).await.unwrap(), "two");
}

#[tokio::test]
async fn history_is_read_newest_first_and_in_pages() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    assert!(table.history(&bank, None, 10).await.unwrap().versions.is_empty());
    // Five of these are more than the megabyte that one answer of DynamoDB can hold.
    let long = "x".repeat(300_000);
    for number in 1..=12 {
        table.publish(&bank, &push(&format!("{number} {long}"))).await.unwrap();
    }
    let numbers = async |below, limit| -> Vec<u64> {
        table.history(&bank, below, limit).await.unwrap().versions.iter().map(|info| info.version).collect()
    };
    assert!(numbers(None, 100).await.into_iter().eq((1..=12).rev()));
    assert_eq!(numbers(None, 3).await, [12, 11, 10]);
    assert_eq!(numbers(Some(10), 2).await, [9, 8]);
    assert_eq!(numbers(Some(2), 5).await, [1]);
    assert!(numbers(Some(1), 5).await.is_empty());
    assert!(numbers(None, 0).await.is_empty());
    assert_eq!(table.history(&bank, None, 1).await.unwrap().versions[0].bytes, Some(300_003));
}

#[tokio::test]
async fn the_longest_flow_fits_an_item_with_the_longest_note() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    let (text, by, note) = ("x".repeat(Flow::MAX_BYTES), "b".repeat(Push::MAX_BY), "n".repeat(Push::MAX_NOTE));
    let longest = Push::new(text.clone(), by.clone(), Some(note), NOON).unwrap();
    assert_eq!(table.publish(&bank, &longest).await.unwrap(), live(1, None));
    assert_eq!(table.text(&bank, 1).await.unwrap(), text);

    let invalid = |by: &str, note: Option<&str>| {
        Push::new("text".to_owned(), by.to_owned(), note.map(str::to_owned), NOON).unwrap_err()
    };
    for by in ["", "a\nb", "\u{1b}[31m", &format!("{by}b")] {
        assert_eq!(invalid(by, None), InvalidPush::By);
    }
    for note in ["", "\u{7}", "a\rb", &"n".repeat(Push::MAX_NOTE + 1)] {
        assert_eq!(invalid("ada", Some(note)), InvalidPush::Note);
    }
}

#[tokio::test]
async fn a_closure_is_read_with_the_live_versions_and_changes_none_of_them() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    assert_eq!(table.live_state().await.unwrap(), LiveState::default());
    assert_eq!(table.close_calendar(&bank, "support", None, &closure(10, 0)).await.unwrap(), ClosureChange::NotLive);
    assert_eq!(table.live_state().await.unwrap(), LiveState::default(), "a refused closure leaves nothing behind");
    table.publish(&bank, &push("one")).await.unwrap();
    for calendar in ["support", "sales"] {
        let closed = table.close_calendar(&bank, calendar, None, &closure(10, 0)).await.unwrap();
        assert_eq!(closed, ClosureChange::Done);
    }
    assert!(table.live().await.unwrap().into_iter().eq([(bank.clone(), 1)]));
    let LiveState { versions, closures, .. } = table.live_state().await.unwrap();
    assert_eq!((versions.len(), closures.len()), (1, 1));
    assert!(closures[&bank].is_closed("support", NOON) && closures[&bank].is_closed("sales", NOON));
    assert!(!closures[&bank].is_closed("support", EpochMs(NOON.0 + 10)));
    // A new version keeps what is closed.
    table.publish(&bank, &push("two")).await.unwrap();
    let closed = table.closed_calendars().await.unwrap();
    assert_eq!(closed[&bank]["support"], closure(10, 0));
    assert_eq!(table.reopen_calendar(&bank, "support", &closure(10, 0)).await.unwrap(), ClosureChange::Done);
    let closed = table.closed_calendars().await.unwrap();
    assert!(closed[&bank].keys().eq(["sales"]));
}

#[tokio::test]
async fn a_closure_that_somebody_else_changed_is_left_alone() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, bank());
    table.publish(&bank, &push("one")).await.unwrap();
    let (first, second) = (closure(10, 0), closure(20, 1));
    table.close_calendar(&bank, "support", None, &first).await.unwrap();
    let overtaken = |now| ClosureChange::Overtaken { now };
    let blind = table.close_calendar(&bank, "support", None, &second).await.unwrap();
    assert_eq!(blind, overtaken(Some(first.clone())));
    assert_eq!(table.close_calendar(&bank, "support", Some(&first), &second).await.unwrap(), ClosureChange::Done);
    // The same again: the SDK repeats what had no answer.
    assert_eq!(table.close_calendar(&bank, "support", Some(&first), &second).await.unwrap(), ClosureChange::Done);
    assert_eq!(table.reopen_calendar(&bank, "support", &first).await.unwrap(), overtaken(Some(second.clone())));
    assert_eq!(table.closed_calendars().await.unwrap()[&bank]["support"], second);
    for _ in 0..2 {
        assert_eq!(table.reopen_calendar(&bank, "support", &second).await.unwrap(), ClosureChange::Done);
    }
    assert_eq!(table.close_calendar(&bank, "support", Some(&second), &first).await.unwrap(), overtaken(None));
}
