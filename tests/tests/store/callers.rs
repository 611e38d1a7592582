//! Enrolment and administration.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, wrong};
use ringbolt_core::{
    caller::{Attributes, Status},
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinTag},
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_tests::{TestDatabase, caller, hasher};

fn tags(caller: &CallerId, pin: &str) -> Vec<PinTag> {
    hasher().enrol(caller, &CallerPin::parse(pin).unwrap()).unwrap()
}

async fn key(store: &Store, caller: &CallerId, pin: &str, call: &str) -> ringbolt_dynamodb::attempts::Attempted {
    let keyed = Keyed { pin, call, try_number: 0, now: NOON };
    attempt(store, &hasher(), &Lockout::default(), caller, keyed).await
}

#[tokio::test]
async fn pins_are_added_removed_and_replaced() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["4711"]).await;
    key(&store, &ada, "9999", "c1").await;

    assert_eq!(store.add_pin(&ada, &tags(&ada, "815294")).await.unwrap(), Change::Made);
    assert_eq!(key(&store, &ada, "9999", "c2").await.outcome, wrong(2, false), "another PIN resets no counter");
    assert!(is_verified(&key(&store, &ada, "815294", "c3").await));

    assert_eq!(store.remove_pin(&ada, &tags(&ada, "4711")).await.unwrap(), Change::Made);
    assert_eq!(key(&store, &ada, "4711", "c4").await.outcome, wrong(1, false));

    store.replace_pins(&ada, &tags(&ada, "6093")).await.unwrap();
    assert_eq!(key(&store, &ada, "815294", "c5").await.outcome, wrong(1, false), "replacing resets the counter");
    assert!(is_verified(&key(&store, &ada, "6093", "c6").await));
}

#[tokio::test]
async fn replacing_the_pins_of_nobody_creates_a_caller_and_keeps_a_suspension() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let bob = caller("bob");
    store.replace_pins(&bob, &tags(&bob, "4711")).await.unwrap();
    assert!(is_verified(&key(&store, &bob, "4711", "c1").await));
    assert_eq!(store.set_status(&bob, Status::Suspended).await.unwrap(), Change::Made);
    store.replace_pins(&bob, &tags(&bob, "6093")).await.unwrap();
    assert_eq!(store.caller(&bob).await.unwrap().unwrap().status, Status::Suspended);
}

#[tokio::test]
async fn creating_a_caller_twice_leaves_the_first_as_he_is() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["4711"]).await;
    key(&store, &ada, "9999", "c1").await;
    let before = store.caller(&ada).await.unwrap();
    assert!(!store.create_caller(&ada, &tags(&ada, "6093"), &Attributes::new(), Status::Active).await.unwrap());
    assert_eq!(store.caller(&ada).await.unwrap(), before);
}

#[tokio::test]
async fn nothing_that_administrators_do_creates_a_caller() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let nobody = caller("nobody");
    assert_eq!(store.unlock(&nobody).await.unwrap(), Change::NoCaller);
    assert_eq!(store.set_status(&nobody, Status::Active).await.unwrap(), Change::NoCaller);
    assert_eq!(store.set_attributes(&nobody, &Attributes::new()).await.unwrap(), Change::NoCaller);
    assert_eq!(store.add_pin(&nobody, &tags(&nobody, "4711")).await.unwrap(), Change::NoCaller);
    assert_eq!(store.remove_pin(&nobody, &tags(&nobody, "4711")).await.unwrap(), Change::NoCaller);
    assert_eq!(store.caller(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn attributes_come_back_as_they_were() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["4711"]).await;
    let given: Attributes = serde_json::from_value(serde_json::json!({
        "balance": "12.50", "visits": 7, "vip": true, "note": "", "tags": ["a", 1], "address": { "city": "Springfield" }
    }))
    .unwrap();
    assert_eq!(store.set_attributes(&ada, &given).await.unwrap(), Change::Made);
    assert_eq!(store.caller(&ada).await.unwrap().unwrap().attributes, given);
}

#[tokio::test]
async fn single_attributes_are_put_beside_those_that_are_there() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ada = enrolled(&store, &hasher(), "ada", &["4711"]).await;
    let more: Attributes = [("first name".to_owned(), "Ada".into()), ("vip".to_owned(), true.into())].into();
    assert_eq!(store.put_attributes(&ada, &more).await.unwrap(), Change::Made);
    let attributes = serde_json::to_value(store.caller(&ada).await.unwrap().unwrap().attributes).unwrap();
    assert_eq!(attributes, serde_json::json!({ "first_name": "Ada", "first name": "Ada", "vip": true }));
    assert_eq!(store.put_attributes(&caller("nobody"), &more).await.unwrap(), Change::NoCaller);
}
