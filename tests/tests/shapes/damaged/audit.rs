//! A damaged audit log: verifying it says so, and lists the other entries.

use super::{Faults, Variants};
use crate::shapes::{
    damage::Damaged,
    fixture::{Fixture, Table::Audit},
    read::{chain, verify},
    world::World,
    writers::content,
};
use ringbolt_core::audit::Step;
use ringbolt_dynamodb::audit::Recorded;

/// Attributes that no version reads. Taking the name away with its salt is what an erasure does.
fn matters(damaged: &Damaged) -> bool {
    damaged.path != "unknown"
}

#[tokio::test]
async fn a_damaged_entry_is_found_and_hides_no_other() {
    let (mut faults, world) = (Faults::default(), World::start().await);
    let table = world.audit_table();
    for step in [Step::Begun, Step::Done, Step::Begun] {
        table.append(content("c-1", step)).await.unwrap();
    }
    let mut variants = Variants::of(Audit, |fixture| fixture.name != "head");
    while let Some((fixture, damaged, case)) = variants.next(&world).await {
        let entries = chain(&table).await;
        faults.expect(entries.len() == 3, || format!("{case}: {} entries", entries.len()));
        faults.expect(entries[0].seq() == Some(1), || format!("{case}: it is listed without its number"));
        let whole = entries[1..].iter().all(|entry| matches!(entry, Recorded::Entry(entry) if entry.holds()));
        faults.expect(whole, || format!("{case}: another entry is lost"));
        let verified = verify(&table).await.unwrap();
        faults.expect(verified.findings.is_empty() != matters(&damaged), || format!("{case}: {:?}", verified.findings));
        world.put(Audit, &fixture.item).await;
    }
    variants.note();
    let appended = table.append(content("c-2", Step::Begun)).await;
    faults.expect(appended.is_ok(), || format!("{appended:?}"));
    faults.none();
}

#[tokio::test]
async fn a_damaged_head_is_an_error_that_names_it_and_the_entries_are_still_listed() {
    let (mut faults, world) = (Faults::default(), World::start().await);
    let table = world.audit_table();
    for name in ["entry", "head"] {
        assert!(world.put(Audit, &Fixture::load(Audit, name).item).await);
    }
    let mut variants = Variants::of(Audit, |fixture| fixture.name == "head");
    while let Some((_, damaged, case)) = variants.next(&world).await {
        faults.expect(chain(&table).await.len() == 1, || format!("{case}: the entry is lost"));
        let said = match verify(&table).await {
            Ok(verified) => verified.findings.is_empty() != matters(&damaged),
            Err(error) => error.kind() == "unreadable-item",
        };
        faults.expect(said, || case.clone());
        let appended = table.append(content("c-2", Step::Begun)).await;
        // Another number that could be one is found by verifying.
        let is_found = appended.is_err() || verify(&table).await.is_ok_and(|verified| !verified.findings.is_empty());
        faults.expect(is_found == matters(&damaged), || format!("{case}: {appended:?}"));
        for item in world.items(crate::shapes::fixture::Table::Audit).await {
            world.delete(Audit, &item).await;
        }
        world.put(Audit, &Fixture::load(Audit, "entry").item).await;
    }
    variants.note();
    faults.none();
}
