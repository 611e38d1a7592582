//! Every outcome costs exactly one request to DynamoDB: they are counted on the wire.

use crate::{Keyed, NOON, enrolled, try_attempt};
use ringbolt_core::{caller::Status, identity::UserId, lockout::Lockout, pin::Guess};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_tests::{TestDatabase, Wire, caller, database::patient_client, hasher};

#[tokio::test]
async fn every_outcome_of_an_attempt_costs_one_request() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let (hasher, lockout) = (hasher(), Lockout::default());
    for user in ["ada", "eve"] {
        enrolled(&store, &hasher, user, &["4711"]).await;
    }
    assert_eq!(store.set_status(&caller("eve"), Status::Suspended).await.unwrap(), Change::Made);
    wire.take_operations();
    for (call, user, pin, expected) in [
        ("c1", "ada", "4711", ("verified", false)),
        ("c1", "ada", "4711", ("verified", true)),
        ("c2", "ada", "9999", ("wrong", false)),
        ("c2", "ada", "9999", ("wrong", true)),
        ("c3", "ada", "9998", ("wrong", false)),
        ("c4", "ada", "9997", ("wrong", false)),
        ("c5", "ada", "4711", ("locked", false)),
        ("c6", "nobody", "4711", ("unknown", false)),
        ("c7", "eve", "4711", ("suspended", false)),
    ] {
        let keyed = Keyed { pin, call, try_number: 0, now: NOON };
        let attempted = try_attempt(&store, &hasher, &lockout, &caller(user), keyed).await.unwrap();
        assert_eq!((attempted.outcome.name(), attempted.repeated), expected, "{call}");
        assert_eq!(wire.take_operations(), ["UpdateItem"], "{call}");
    }
}

#[tokio::test]
async fn every_outcome_of_a_shared_pin_costs_one_read() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let hasher = hasher();
    let mut door = caller("ada");
    door.user = UserId::shared("depot-door").unwrap();
    let tags = hasher.enrol(&door, &ringbolt_core::pin::CallerPin::parse("4711").unwrap()).unwrap();
    assert!(store.create_caller(&door, &tags, &Default::default(), Status::Active).await.unwrap());
    let mut nobody = door.clone();
    nobody.user = UserId::shared("no-such-door").unwrap();
    wire.take_operations();
    for (who, pin, expected) in [(&door, "4711", "verified"), (&door, "4712", "wrong"), (&nobody, "4711", "unknown")] {
        let prepared = hasher.prepare(who, &Guess::keyed(pin).unwrap()).unwrap();
        assert_eq!(store.attempt_shared(&hasher, &prepared).await.unwrap().outcome.name(), expected);
        assert_eq!(wire.take_operations(), ["GetItem"], "{expected}");
    }
}
