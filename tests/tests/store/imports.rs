//! Rows of an import, and the listing of a realm.

use crate::{Keyed, NOON, attempt, enrolled, is_verified};
use ringbolt_core::{
    caller::{Attributes, CallerItem, Status},
    identity::{CallerId, Realm},
    lockout::Lockout,
    pin::{CallerPin, PinTag},
};
use ringbolt_dynamodb::{
    Store, StoreError,
    callers::Change,
    import_lock::ImportLock,
    imports::{Existing, Imported, ImportedRow},
};
use ringbolt_tests::{TestDatabase, caller, hasher};
use std::{collections::BTreeSet, time::Duration};

/// A row as a file has it.
#[derive(Clone, Copy, Debug)]
struct Line {
    row: u64,
    pin: &'static str,
    name: Option<&'static str>,
}

fn tags(caller: &CallerId, pin: &str) -> Vec<PinTag> {
    hasher().enrol(caller, &CallerPin::parse(pin).unwrap()).unwrap()
}

fn named(name: &str) -> Attributes {
    Attributes::from([("first_name".to_owned(), name.into())])
}

async fn import(
    store: &Store,
    caller: &CallerId,
    run: &str,
    line: Line,
    existing: Existing,
) -> Result<Imported, StoreError> {
    let attributes = line.name.map(named);
    let tags = tags(caller, line.pin);
    let row = ImportedRow { caller, tags: &tags, attributes: attributes.as_ref(), run, row: line.row, existing };
    store.import_row(&row).await
}

async fn item(store: &Store, caller: &CallerId) -> CallerItem {
    store.caller(caller).await.unwrap().unwrap()
}

fn pins_of(caller: &CallerId, pins: &[&str]) -> BTreeSet<String> {
    pins.iter().flat_map(|pin| tags(caller, pin)).map(|tag| tag.as_str().to_owned()).collect()
}

const LINES: [Line; 3] = [
    Line { row: 2, pin: "4711", name: Some("Ada") },
    Line { row: 700, pin: "815294", name: Some("Augusta Ada") },
    Line { row: 90_000, pin: "6093", name: Some("Lady Lovelace") },
];

#[tokio::test]
async fn rows_of_a_caller_give_the_same_item_in_every_order_and_when_written_again() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for (number, order) in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].into_iter().enumerate() {
        let ada = enrolled(&store, &hasher(), &format!("ada-{number}"), &["2580"]).await;
        // A crash after the second row; then all again.
        for index in order.into_iter().take(2).chain(order) {
            import(&store, &ada, "run-1", LINES[index], Existing::Replace).await.unwrap();
        }
        let after = item(&store, &ada).await;
        assert_eq!(after.pins, pins_of(&ada, &["4711", "815294", "6093"]), "{order:?}: and the old one is gone");
        assert_eq!(after.attributes, named("Lady Lovelace"), "{order:?}: the file's last row decides");
    }
}

#[tokio::test]
async fn a_row_says_the_same_when_it_is_written_again() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = caller("ada");
    for _ in 0..2 {
        assert_eq!(import(&store, &ada, "run-1", LINES[0], Existing::Skip).await.unwrap(), Imported::First);
        assert_eq!(import(&store, &ada, "run-1", LINES[1], Existing::Skip).await.unwrap(), Imported::Further);
    }
}

#[tokio::test]
async fn the_next_import_replaces_what_the_last_one_brought() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = caller("ada");
    assert_eq!(import(&store, &ada, "run-1", LINES[0], Existing::Replace).await.unwrap(), Imported::First);
    assert_eq!(import(&store, &ada, "run-2", LINES[1], Existing::Replace).await.unwrap(), Imported::First);
    assert_eq!(item(&store, &ada).await.pins, pins_of(&ada, &["815294"]));
}

#[tokio::test]
async fn callers_who_were_there_keep_their_pins_where_an_import_adds_or_skips() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let added = enrolled(&store, &hasher(), "added", &["2580"]).await;
    for line in LINES {
        import(&store, &added, "run-1", line, Existing::Add).await.unwrap();
    }
    assert_eq!(item(&store, &added).await.pins, pins_of(&added, &["2580", "4711", "815294", "6093"]));

    let skipped = enrolled(&store, &hasher(), "skipped", &["2580"]).await;
    let before = item(&store, &skipped).await;
    for line in LINES {
        assert_eq!(import(&store, &skipped, "run-1", line, Existing::Skip).await.unwrap(), Imported::Skipped);
    }
    assert_eq!(item(&store, &skipped).await, before);

    let new = caller("new");
    for (line, imported) in LINES.into_iter().zip([Imported::First, Imported::Further, Imported::Further]) {
        assert_eq!(import(&store, &new, "run-1", line, Existing::Skip).await.unwrap(), imported);
    }
    assert_eq!(item(&store, &new).await.pins, pins_of(&new, &["4711", "815294", "6093"]));
}

#[tokio::test]
async fn an_import_opens_no_lock_and_ends_no_suspension() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["2580"]).await;
    for (call, pin) in [("c1", "9001"), ("c2", "9002"), ("c3", "9003")] {
        let keyed = Keyed { pin, call, try_number: 0, now: NOON };
        attempt(&store, &hasher(), &Lockout::default(), &ada, keyed).await;
    }
    assert_eq!(store.set_status(&ada, Status::Suspended).await.unwrap(), Change::Made);
    for existing in [Existing::Replace, Existing::Add] {
        import(&store, &ada, &format!("{existing:?}"), LINES[0], existing).await.unwrap();
        let after = item(&store, &ada).await;
        assert_eq!((after.attempts, after.status), (3, Status::Suspended), "{existing:?}");
    }
}

#[tokio::test]
async fn a_file_without_attributes_leaves_those_that_are_there() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["2580"]).await;
    for (existing, line) in [Existing::Replace, Existing::Add].into_iter().zip(LINES) {
        import(&store, &ada, &format!("{existing:?}"), Line { name: None, ..line }, existing).await.unwrap();
        assert_eq!(item(&store, &ada).await.attributes, named("Ada"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_one_caller_at_the_same_time_all_go_in() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = caller("ada");
    let rows = LINES.map(|line| {
        let (store, ada) = (store.clone(), ada.clone());
        tokio::spawn(async move { import(&store, &ada, "run-1", line, Existing::Replace).await.unwrap() })
    });
    let mut firsts = 0;
    for row in rows {
        firsts += usize::from(row.await.unwrap() == Imported::First);
    }
    assert_eq!(firsts, 1);
    let after = item(&store, &ada).await;
    assert_eq!(after.pins, pins_of(&ada, &["4711", "815294", "6093"]));
    assert_eq!(after.attributes, named("Lady Lovelace"));
}

#[tokio::test]
async fn an_imported_pin_verifies() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = caller("ada");
    import(&store, &ada, "run-1", LINES[0], Existing::Replace).await.unwrap();
    let keyed = Keyed { pin: "4711", call: "c1", try_number: 0, now: NOON };
    assert!(is_verified(&attempt(&store, &hasher(), &Lockout::default(), &ada, keyed).await));
}

#[tokio::test]
async fn an_item_over_400_kilobytes_is_refused_as_such() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = caller("ada");
    let attributes = Attributes::from([("note".to_owned(), "x".repeat(410_000).into())]);
    let tags = tags(&ada, "4711");
    let row = ImportedRow {
        caller: &ada,
        tags: &tags,
        attributes: Some(&attributes),
        run: "run-1",
        row: 2,
        existing: Existing::Replace,
    };
    let refused = store.import_row(&row).await;
    assert!(matches!(refused, Err(StoreError::TooLarge)), "{refused:?}");
    assert_eq!(store.caller(&ada).await.unwrap(), None);
}

#[tokio::test]
async fn a_realm_is_listed_whole_and_alone() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    // More than a page of 1 MB, and somebody of another realm.
    let note = Attributes::from([("note".to_owned(), "x".repeat(100_000).into())]);
    let mut expected = BTreeSet::new();
    for number in 0..25 {
        let caller = caller(&format!("user {number}"));
        assert!(store.create_caller(&caller, &tags(&caller, "4711"), &note, Status::Active).await.unwrap());
        expected.insert(caller.user);
    }
    let mut other = caller("somebody");
    other.realm = ringbolt_core::identity::Realm::parse("demo-2").unwrap();
    store.replace_pins(&other, &[]).await.unwrap();

    let (mut listed, mut next, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = store.callers_page(&caller("ada").realm, next.take()).await.unwrap();
        listed.extend(page.callers.into_iter().map(|(caller, item)| {
            assert_eq!((item.pins.len(), item.attributes.len()), (1, 1));
            caller.user
        }));
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert!(pages > 1, "one page holds 1 MB");
    assert_eq!(listed.len(), 25);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn a_realms_lock_belongs_to_one_import_until_it_is_released_or_gives_no_sign_of_life() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let (bank, shop) = (Realm::parse("bank").unwrap(), Realm::parse("shop").unwrap());
    let after = |secs: u64| NOON.plus(Duration::from_secs(secs));
    assert_eq!(store.lock_import(&bank, "run-1", NOON).await.unwrap(), ImportLock::Ours);
    assert_eq!(store.lock_import(&bank, "run-2", after(1)).await.unwrap(), ImportLock::Theirs);
    assert_eq!(store.lock_import(&shop, "run-2", after(1)).await.unwrap(), ImportLock::Ours, "another realm");
    assert_eq!(store.lock_import(&bank, "run-1", after(2)).await.unwrap(), ImportLock::Ours, "it is resumed");
    store.unlock_import(&bank, "run-2").await.unwrap();
    assert_eq!(store.lock_import(&bank, "run-2", after(3)).await.unwrap(), ImportLock::Theirs, "it was not its lock");

    // A sign of life extends the lock; without one, it ends.
    assert_eq!(store.keep_import_lock(&bank, "run-1", after(100)).await.unwrap(), ImportLock::Ours);
    assert_eq!(store.lock_import(&bank, "run-2", after(200)).await.unwrap(), ImportLock::Theirs);
    assert_eq!(store.lock_import(&bank, "run-2", after(221)).await.unwrap(), ImportLock::Ours, "the first one crashed");
    assert_eq!(store.keep_import_lock(&bank, "run-1", after(222)).await.unwrap(), ImportLock::Theirs, "it must stop");

    // A clock that was far ahead does not keep the lock for ever.
    assert_eq!(store.keep_import_lock(&bank, "run-2", after(90_000)).await.unwrap(), ImportLock::Ours);
    assert_eq!(store.lock_import(&bank, "run-3", after(223)).await.unwrap(), ImportLock::Ours);
    store.unlock_import(&bank, "run-3").await.unwrap();
    assert_eq!(store.lock_import(&bank, "run-4", after(224)).await.unwrap(), ImportLock::Ours);
    let holders = store.pin_holders(0, 1, None).await.unwrap();
    assert_eq!((holders.holders.len(), holders.unreadable), (0, 0), "a lock is not a caller");
}
