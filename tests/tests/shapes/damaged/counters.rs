//! Damaged counters: a try is refused or fails, and never begins to count again.

use super::{Faults, Variants};
use crate::shapes::{
    NOON,
    fixture::Table::Counters,
    world::World,
    writers::{ANI, LIMIT, attempt_at_nobody, fingerprint},
};
use ringbolt_core::attempt::AuthOutcome;
use ringbolt_dynamodb::counters::CallCounter;
use ringbolt_tests::{caller, hasher};

/// Both counters on file are at their limit, so one more try must not pass, whatever is damaged. What cannot be a
/// counter of Ringbolt's is an error.
#[tokio::test]
async fn a_damaged_counter_lets_no_further_try_through() {
    let (world, hasher) = (World::start().await, hasher());
    let (store, realm) = (world.store(), caller("x").realm);
    let (mut faults, mut variants) = (Faults::default(), Variants::of(Counters, |_| true));
    while let Some((fixture, damaged, case)) = variants.next(&world).await {
        let this = fingerprint("s-1", 99);
        if fixture.name == "call" {
            let counted =
                store.count_call_try(hasher.keys(), &realm, CallCounter::Session("s-1"), &this, 3, NOON).await;
            // Who can write a counter can begin it again: another set of tries, or an expiry that has passed.
            let begins_again = damaged.what == "has an unknown text"
                || damaged.attribute() == "expires_at" && ["is -1", "is -7"].contains(&damaged.what.as_str());
            let is_refused = counted.as_ref().map_or(true, |count| *count > 3);
            faults.expect(is_refused || begins_again, || format!("{case}: {counted:?}"));
        } else if fixture.name == "account" {
            let found = store.account_counters(hasher.keys(), &caller("nobody")).await;
            faults.expect(found.is_ok_and(|found| found.len() == 1), || format!("{case}: not found"));
            // Nobody has the account: whatever its counter says, nobody is let in.
            let outcome = attempt_at_nobody(&store, "c-9").await;
            faults.expect(!matches!(outcome, Ok(AuthOutcome::Verified { .. })), || format!("{case}: {outcome:?}"));
        } else {
            let key = hasher.keys().current();
            let within = store.count_ani_try(key, &realm, ANI, &this, &LIMIT, NOON).await;
            faults.expect(!matches!(within, Ok(true)), || format!("{case}: {within:?}"));
        }
        world.delete(Counters, &damaged.item).await;
    }
    variants.note();
    faults.none();
}
