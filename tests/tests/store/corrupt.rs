//! Items that Ringbolt cannot have written: nobody is let in, nothing is counted, and the fault has a word of its own.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, try_attempt, wrong};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use ringbolt_core::{
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinHash, PinHasher, PinHashes},
};
use ringbolt_dynamodb::Store;
use ringbolt_tests::{QUICK, TestDatabase, hasher, pin_keys};
use std::collections::HashMap;

/// Somebody who may write the table but does not have the PIN key.
struct Intruder {
    database: TestDatabase,
    client: Client,
    store: Store,
}

impl Intruder {
    async fn new() -> Self {
        let database = TestDatabase::start().await;
        let (client, store) = (database.client().await, database.store().await);
        Self { database, client, store }
    }

    async fn set(&self, caller: &CallerId, path: &[&str], value: AttributeValue) {
        let names: Vec<String> = (0..path.len()).map(|index| format!("#p{index}")).collect();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.database.tables.callers)
            .key("pk", key(caller))
            .update_expression(format!("SET {} = :value", names.join(".")))
            .expression_attribute_values(":value", value);
        for (name, part) in names.iter().zip(path) {
            request = request.expression_attribute_names(name, *part);
        }
        request.send().await.unwrap();
    }

    async fn item(&self, caller: &CallerId) -> HashMap<String, AttributeValue> {
        let found = self.client.get_item().table_name(&self.database.tables.callers).key("pk", key(caller));
        found.send().await.unwrap().item.unwrap()
    }
}

fn key(caller: &CallerId) -> AttributeValue {
    AttributeValue::S(format!("{}#{}", caller.realm, caller.user.as_str()))
}

fn number(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[tokio::test]
async fn nobody_is_let_in_or_counted_by_an_item_that_ringbolt_did_not_write() {
    let intruder = Intruder::new().await;
    let (hasher, lockout) = (hasher(), Lockout::default());
    for (number_of, (attribute, value)) in [
        ("attempts", number("-1")),
        ("attempts", number("-2")),
        ("attempts", text("0")),
        ("attempts", AttributeValue::Null(true)),
        ("last_at", text("0")),
        ("last_at", number("1e30")),
        ("pins", text("none")),
        ("pins", AttributeValue::L(vec![])),
        ("status", text("Active")),
        ("status", text("")),
        ("status", AttributeValue::Bool(true)),
    ]
    .into_iter()
    .enumerate()
    {
        let case = format!("{attribute} = {value:?}");
        let ada = enrolled(&intruder.store, &hasher, &format!("ada-{number_of}"), &["4711"]).await;
        intruder.set(&ada, &[attribute], value).await;
        let before = intruder.item(&ada).await;
        for (call, pin) in [("c1", "000000"), ("c2", "4711"), ("c3", "000000")] {
            let keyed = Keyed { pin, call, try_number: 0, now: NOON };
            let error = try_attempt(&intruder.store, &hasher, &lockout, &ada, keyed).await.unwrap_err();
            assert_eq!(error.kind(), "corrupt-item", "{case}");
        }
        assert_eq!(intruder.item(&ada).await, before, "{case}");
    }
}

#[tokio::test]
async fn a_tag_with_any_other_value_than_minus_one_is_refused_uncounted() {
    let intruder = Intruder::new().await;
    let lockout = Lockout::default();
    let hasher = PinHasher::new(pin_keys('b', &['a']), PinHashes { current: QUICK, previous: Some(PinHash::Keyed) });
    let forms = [("a", 'a', QUICK), ("b", 'b', QUICK), ("c", 'b', PinHash::Keyed), ("d", 'a', PinHash::Keyed)];
    for (user, letter, hash) in forms {
        let ada = enrolled(&intruder.store, &hasher, user, &["6093"]).await;
        let tag = PinHasher::new(pin_keys(letter, &[]), hash).enrol(&ada, &CallerPin::parse("4711").unwrap()).unwrap();
        for value in [number("-2"), number("0"), number("-1.5"), number("7"), text("-1")] {
            intruder.set(&ada, &["pins", tag[0].as_str()], value.clone()).await;
            let before = intruder.item(&ada).await;
            let keyed = Keyed { pin: "4711", call: "c1", try_number: 0, now: NOON };
            let error = try_attempt(&intruder.store, &hasher, &lockout, &ada, keyed).await.unwrap_err();
            assert_eq!(error.kind(), "corrupt-item", "{user} {value:?}");
            assert_eq!(intruder.item(&ada).await, before, "{user} {value:?}");
        }
        let other = Keyed { pin: "6093", call: "c2", try_number: 0, now: NOON };
        assert!(is_verified(&attempt(&intruder.store, &hasher, &lockout, &ada, other).await), "another PIN: {user}");
    }
}

#[tokio::test]
async fn a_counter_at_zero_lets_nobody_in_who_has_no_pin() {
    let intruder = Intruder::new().await;
    let (hasher, lockout) = (hasher(), Lockout::default());
    let ada = enrolled(&intruder.store, &hasher, "ada", &[]).await;
    for (tried, pin) in ["4711", "000000"].into_iter().enumerate() {
        intruder.set(&ada, &["attempts"], number("0")).await;
        let keyed = Keyed { pin, call: &format!("c{tried}"), try_number: 0, now: NOON };
        assert_eq!(attempt(&intruder.store, &hasher, &lockout, &ada, keyed).await.outcome, wrong(1, false));
    }
}
