//! Damaged callers: the fallback and an error line, or the right answer if the attribute does not decide.

use super::{Faults, Variants};
use crate::shapes::{
    damage::Damaged,
    dynamodb_json::Item,
    fixture::{Fixture, Table::Callers},
    heard::Heard,
    world::World,
    writers::{moving, named},
};
use ringbolt_core::caller::Status;
use ringbolt_tests::{TestApp, caller};
use std::collections::{HashMap, hash_map::Entry};

/// Files of callers who key a PIN. A shared PIN, `import-lock` and former counters have tests of their own.
fn is_caller(fixture: &Fixture) -> bool {
    !fixture.name.starts_with("former-") && !fixture.name.starts_with("import-lock") && fixture.name != "shared-pin"
}

/// Whether the fallback is the only right answer: an attribute that decides is missing, of another type or out of range.
fn must_be_refused(damaged: &Damaged) -> bool {
    damaged.is_whole()
        && match damaged.attribute() {
            // A caller may have no PIN.
            "pins" => damaged.what != "is an empty map",
            "status" | "attempts" => true,
            "last_at" => !is_earlier(damaged),
            _ => false,
        }
}

/// Whether `last_at` is a number before noon. A lock has passed then, and the next attempt writes its own time.
fn is_earlier(damaged: &Damaged) -> bool {
    let last_at = damaged.item.get("last_at").and_then(|at| at.as_n().ok()).and_then(|at| at.parse::<f64>().ok());
    damaged.attribute() == "last_at" && last_at.is_some_and(|at| at < crate::shapes::NOON.0 as f64)
}

fn attempts(item: &Item) -> Option<f64> {
    item.get("attempts")?.as_n().ok()?.parse().ok()
}

struct Line<'a> {
    world: &'a World,
    app: &'a TestApp,
    heard: &'a Heard,
    number: u32,
}

impl Line<'_> {
    /// The outcome of a guess at the auth webhook, what was logged, and the item after it.
    async fn key(&mut self, item: &Item, user: &str, pin: &str) -> (String, String, Item) {
        self.number += 1;
        self.heard.take();
        let answer = self.app.auth(&format!("call-{}", self.number), user, pin).await;
        assert_eq!(answer.status, 200);
        let outcome = answer.report.outcome.word().to_owned();
        // A success leads to another IVR than anything else.
        assert_eq!(answer.body == "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064", outcome == "verified", "{answer:?}");
        (outcome, self.heard.take(), self.world.get(Callers, item).await.unwrap())
    }
}

#[tokio::test]
async fn a_damaged_caller_is_answered_with_the_fallback_or_as_if_the_damage_were_not_there() {
    let world = World::start().await;
    let (heard, _listening) = Heard::listen();
    let mut app = world.app();
    app.app.hasher = moving();
    let mut line = Line { world: &world, app: &app, heard: &heard, number: 0 };
    let (mut faults, mut variants) = (Faults::default(), Variants::of(Callers, is_caller));
    let mut undamaged = HashMap::new();
    while let Some((fixture, damaged, case)) = variants.next(&world).await {
        let user = named(fixture.item["pk"].as_s().unwrap().strip_prefix("demo#").unwrap()).user;
        let user = user.as_str();
        for pin in ["0000", "4711"] {
            let known = undamaged.entry((fixture.name.clone(), pin));
            let healthy = match known {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    world.put(Callers, &fixture.item).await;
                    unknown.insert(line.key(&fixture.item, user, pin).await.0)
                }
            };
            world.put(Callers, &damaged.item).await;
            let before = &damaged.item;
            let (outcome, log, after) = line.key(&damaged.item, user, pin).await;
            let case = format!("{case}, PIN {pin}: {outcome} and not {healthy}; {log}");
            let case = || case.clone();

            let is_fallback = outcome == "fallback";
            faults.expect(pin == "4711" || outcome != "verified", case);
            faults.expect(is_fallback || !must_be_refused(&damaged), case);
            let other = ["attempts", "last_at", "pins", "status"].contains(&damaged.attribute());
            let is_right = outcome != "verified" || is_earlier(&damaged);
            faults.expect(is_fallback || outcome == *healthy || other && is_right, case);
            faults.expect(is_fallback == log.contains("answered the fallback"), case);
            // One of the callers has a word of a message for a name.
            let is_told = user != "suspended" && log.contains(user);
            faults.expect(!is_told && !log.contains(&format!("\"{pin}")) && !log.contains("panic"), case);
            let counted = match (attempts(before), attempts(&after)) {
                (Some(before), Some(after)) if pin == "0000" => after == before || after == before + 1.0,
                _ => true,
            };
            faults.expect(counted, case);
            let is_corrupt = log.contains("corrupt-item");
            faults.expect(!is_corrupt || after == *before, || format!("{}: it was counted", case()));
        }
        world.delete(Callers, &damaged.item).await;
    }
    variants.note();
    faults.none();
}

#[tokio::test]
async fn a_damaged_caller_hides_nobody_in_a_list() {
    let world = World::start().await;
    let (heard, _listening) = Heard::listen();
    let app = world.app();
    app.enrol("bob", &["2580"], Status::Active).await;
    let store = world.store();
    let bob = caller("bob");
    let mut faults = Faults::default();
    let mut variants = Variants::of(Callers, |fixture| !fixture.name.starts_with("former-"));
    while let Some((_, damaged, case)) = variants.next(&world).await {
        let page = store.callers_page(&bob.realm, None).await.unwrap();
        let is_caller = !damaged.item["pk"].as_s().unwrap().starts_with('#');
        let listed = page.callers.len() + page.unreadable.len();
        faults.expect(listed == 1 + usize::from(is_caller), || format!("{case}: {listed} callers are listed"));
        faults.expect(page.callers.iter().any(|(caller, _)| *caller == bob), || case.clone());
        let holders = store.pin_holders(0, 1, None).await.unwrap();
        let found = holders.holders.len() + holders.unreadable;
        faults.expect(found == 1 + usize::from(is_caller), || format!("{case}: {found} holders"));
        faults.expect(holders.holders.iter().any(|holder| holder.caller == bob), || case.clone());
        // An import's rows and its lock are refused, or go on.
        let locked = store.lock_import(&bob.realm, "another", crate::shapes::NOON).await;
        faults.expect(locked.is_ok(), || format!("{case}: {locked:?}"));
        world.delete(Callers, &damaged.item).await;
    }
    faults.expect(heard.take().is_empty(), || "lists log nothing".to_owned());
    faults.none();
}

#[tokio::test]
async fn a_damaged_shared_pin_lets_nobody_in() {
    let world = World::start().await;
    let (store, hasher) = (world.store(), moving());
    let depot = named("#depot-door");
    let (mut faults, mut variants) = (Faults::default(), Variants::of(Callers, |fixture| fixture.name == "shared-pin"));
    while let Some((_, damaged, case)) = variants.next(&world).await {
        for (pin, right) in [("0000", false), ("4711", true)] {
            let prepared = hasher.prepare(&depot, &ringbolt_core::pin::Guess::keyed(pin).unwrap()).unwrap();
            let attempted = store.attempt_shared(&hasher, &prepared).await;
            let verified = attempted.as_ref().is_ok_and(|attempted| attempted.outcome.name() == "verified");
            faults.expect(!verified || right, || format!("{case}: {attempted:?}"));
            faults.expect(attempted.is_err() || !must_be_refused(&damaged), || format!("{case}: {attempted:?}"));
            let after = world.get(Callers, &damaged.item).await.unwrap();
            faults.expect(after == damaged.item, || format!("{case}: it was changed"));
        }
    }
    faults.none();
}
