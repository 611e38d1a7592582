//! The table of callers. Half of its files are read with other keys than they were written with.

use crate::shapes::{
    NOON,
    dynamodb_json::Item,
    fixture::{Fixture, Table::Callers},
    world::World,
    writers::{moving, named},
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    caller::Status,
    identity::CallerId,
    lockout::Lockout,
    pin::{Guess, PinHasher},
};
use ringbolt_dynamodb::{
    Store,
    import_lock::ImportLock,
    imports::{Existing, Imported, ImportedRow},
};
use ringbolt_tests::{TestApp, caller, hasher};
use serde_json::json;
use std::time::Duration;

/// What a right PIN and a wrong one come to at noon, in words.
struct Case {
    name: &'static str,
    pins: &'static [&'static str],
    right: &'static str,
    wrong: &'static str,
}

const fn case(name: &'static str, pins: &'static [&'static str], right: &'static str, wrong: &'static str) -> Case {
    Case { name, pins, right, wrong }
}

const CASES: [Case; 15] = [
    case("attributes", &["4711"], "verified", "wrong 1"),
    case("imported", &["4711", "6093", "2580"], "verified", "wrong 1"),
    case("imported-called", &["4711", "6093", "2580"], "verified", "wrong 2"),
    case("locked", &["4711"], "locked for 1800 s", "locked for 1800 s"),
    case("no-pin", &["4711"], "wrong 1", "wrong 1"),
    case("one-failure", &["4711"], "verified", "wrong 2"),
    case("one-pin", &["4711"], "verified", "wrong 1"),
    case("outdated-tag", &["4711"], "verified", "wrong 1"),
    case("passing", &["4711"], "verified", "wrong 1"),
    case("passing-called", &["4711"], "verified", "wrong 2"),
    case("rotating", &["4711"], "verified", "wrong 1"),
    case("several-pins", &["4711", "6093"], "verified", "wrong 1"),
    case("shared-pin", &["4711"], "verified", "wrong 0"),
    case("suspended", &["4711"], "suspended", "suspended"),
    case("verified", &["4711"], "verified", "wrong 1"),
];
/// Items that are no callers.
const OTHERS: [&str; 5] =
    ["former-call-counter", "former-number-counter", "former-number-window", "import-lock", "import-lock-free"];

fn owner(item: &Item) -> CallerId {
    named(item["pk"].as_s().unwrap().strip_prefix("demo#").unwrap())
}

fn words(outcome: &AuthOutcome) -> String {
    match outcome {
        AuthOutcome::Wrong { attempts, .. } => format!("wrong {attempts}"),
        AuthOutcome::Locked { until: Some(until) } => format!("locked for {} s", (until.0 - NOON.0) / 1_000),
        other => other.name().to_owned(),
    }
}

async fn outcome(store: &Store, hasher: &PinHasher, caller: &CallerId, pin: &str) -> String {
    let prepared = hasher.prepare(caller, &Guess::keyed(pin).unwrap()).unwrap();
    if caller.user.is_shared() {
        return words(&store.attempt_shared(hasher, &prepared).await.unwrap().outcome);
    }
    let fingerprint = Fingerprint::new(hasher.keys().current(), "a later call", &prepared, 0);
    let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now: NOON };
    words(&store.attempt(hasher, &attempt).await.unwrap().outcome)
}

#[tokio::test]
async fn every_stored_caller_is_judged_as_when_they_were_written() {
    let (world, moving) = (World::start().await, moving());
    let store = world.store();
    let known: Vec<&str> = CASES.iter().map(|case| case.name).chain(OTHERS).collect();
    for fixture in Fixture::of(Callers) {
        assert!(known.contains(&fixture.name.as_str()), "{fixture}: say in read/callers.rs what it must come to");
    }
    for Case { name, pins, right, wrong } in CASES {
        let item = Fixture::load(Callers, name).item;
        let caller = owner(&item);
        for (pin, expected) in pins.iter().map(|pin| (*pin, right)).chain([("0000", wrong)]) {
            assert!(world.put(Callers, &item).await);
            assert_eq!(outcome(&store, &moving, &caller, pin).await, expected, "{name}: {pin}");
        }
    }
}

/// The values, as the file has them.
#[tokio::test]
async fn every_stored_caller_is_listed_with_everything_that_is_known_of_them() {
    let world = World::start().await;
    let store = world.store();
    for Case { name, .. } in CASES {
        let item = Fixture::load(Callers, name).item;
        let caller = owner(&item);
        assert!(world.put(Callers, &item).await);
        let read = store.caller(&caller).await.unwrap().unwrap();
        let number = |name: &str| item[name].as_n().unwrap().parse::<i64>().unwrap();
        let pins: Vec<&String> = {
            let mut pins: Vec<_> = item["pins"].as_m().unwrap().keys().collect();
            pins.sort();
            pins
        };
        assert!(read.pins.iter().eq(pins), "{name}");
        assert_eq!((i64::from(read.attempts), read.last_at.0), (number("attempts"), number("last_at")), "{name}");
        assert_eq!(read.last_attempt.as_ref(), item.get("last_attempt").map(|text| text.as_s().unwrap()), "{name}");
        let status = if name == "suspended" { Status::Suspended } else { Status::Active };
        assert_eq!(read.status, status, "{name}");
        let page = store.callers_page(&caller.realm, None).await.unwrap();
        assert_eq!((page.callers.len(), page.unreadable.len()), (1, 0), "{name}");
        assert!(page.callers[0] == (caller.clone(), read.clone()), "{name}");
        let holders = store.pin_holders(0, 1, None).await.unwrap();
        assert_eq!((holders.holders.len(), holders.unreadable), (1, 0), "{name}");
        assert_eq!(holders.holders[0].tags, read.pins, "{name}");
        assert_eq!(store.pin_holder(&caller).await.unwrap().unwrap().tags, read.pins, "{name}");
        world.delete(Callers, &item).await;
    }
}

#[tokio::test]
async fn attributes_of_all_kinds_come_back_as_they_were_given() {
    let world = World::start().await;
    assert!(world.put(Callers, &Fixture::load(Callers, "attributes").item).await);
    let read = world.store().caller(&caller("attributes")).await.unwrap().unwrap();
    // A fraction stays the text that it is, so that "12.50" is not read out as "12.5".
    let expected = json!({
        "first_name": "Ada", "empty": "", "visits": 7, "balance": "12.5", "vip": true, "nothing": null,
        "tags": ["a", 1, false, null, ["b"]], "address": { "city": "Springfield", "floors": { "second": 2 } },
        "none": [], "blank": {},
    });
    assert_eq!(json!(read.attributes), expected);
}

/// Both webhooks, as providers call them.
#[tokio::test]
async fn every_stored_caller_gets_the_right_answer_from_both_webhooks() {
    let world = World::start().await;
    let mut app: TestApp = world.app();
    app.app.hasher = moving();
    for Case { name, pins, right, wrong } in CASES.iter().filter(|case| case.name != "shared-pin") {
        let item = Fixture::load(Callers, name).item;
        let user = owner(&item).user.as_str().to_owned();
        let word = |words: &str| words.split(' ').next().unwrap().to_owned();
        for (pin, expected) in [(pins[0], word(right)), ("0000", word(wrong))] {
            assert!(world.put(Callers, &item).await);
            let answer = app.auth(&format!("{name}-{pin}"), &user, pin).await;
            assert_eq!(answer.report.outcome.word(), expected, "{name}: {pin}");
            assert!(world.put(Callers, &item).await);
            let query =
                format!("ivr_id=12345&ivr_session_id={name}-{pin}&ivr_response_id={name}&account={user}&pin={pin}");
            assert_eq!(app.next(&query).await.report.outcome.word(), expected, "{name}: {pin}");
        }
    }
}

#[tokio::test]
async fn a_lost_reply_from_before_an_update_is_still_a_repetition_after_it() {
    let (world, hasher) = (World::start().await, hasher());
    for (name, pin, expected) in [("one-failure", "0000", "wrong 1"), ("verified", "4711", "verified")] {
        let item = Fixture::load(Callers, name).item;
        assert!(world.put(Callers, &item).await);
        let caller = owner(&item);
        let prepared = hasher.prepare(&caller, &Guess::keyed(pin).unwrap()).unwrap();
        let fingerprint = Fingerprint::new(hasher.keys().current(), "c-1", &prepared, 0);
        let now = NOON.plus(Duration::from_secs(9));
        let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now };
        let attempted = world.store().attempt(&hasher, &attempt).await.unwrap();
        assert_eq!((words(&attempted.outcome).as_str(), attempted.repeated), (expected, true));
        assert_eq!(world.get(Callers, &item).await.unwrap(), item);
    }
}

#[tokio::test]
async fn an_import_goes_on_from_its_marks() {
    let world = World::start().await;
    let item = Fixture::load(Callers, "imported").item;
    assert!(world.put(Callers, &item).await);
    let caller = owner(&item);
    for (run, row, expected) in [("run-1", 2, Imported::First), ("run-1", 7, Imported::Further)] {
        let pin = if row == 2 { "4711" } else { "6093" };
        let tags = crate::shapes::writers::tags(&hasher(), &caller, pin);
        let row = ImportedRow { caller: &caller, tags: &tags, attributes: None, run, row, existing: Existing::Replace };
        assert_eq!(world.store().import_row(&row).await.unwrap(), expected);
        assert_eq!(world.get(Callers, &item).await.unwrap(), item, "a row that was there changes nothing");
    }
}

#[tokio::test]
async fn a_lock_of_an_import_holds_until_it_is_released() {
    let (world, realm) = (World::start().await, caller("x").realm);
    for (name, expected) in [("import-lock", ImportLock::Theirs), ("import-lock-free", ImportLock::Ours)] {
        assert!(world.put(Callers, &Fixture::load(Callers, name).item).await);
        assert_eq!(world.store().lock_import(&realm, "another", NOON).await.unwrap(), expected, "{name}");
    }
}

/// Counters had no table of their own at first. They are not callers, and count nothing any more.
#[tokio::test]
async fn what_is_no_caller_is_not_listed_as_one() {
    let world = World::start().await;
    for name in OTHERS {
        let item = Fixture::load(Callers, name).item;
        assert!(matches!(&item["pk"], AttributeValue::S(pk) if pk.starts_with('#')));
        assert!(world.put(Callers, &item).await);
        let page = world.store().callers_page(&caller("x").realm, None).await.unwrap();
        assert_eq!((page.callers.len(), page.unreadable.len()), (0, 0), "{name}");
        let holders = world.store().pin_holders(0, 1, None).await.unwrap();
        assert_eq!((holders.holders.len(), holders.unreadable), (0, 0), "{name}");
    }
}
