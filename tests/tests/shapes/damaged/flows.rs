//! Damaged flows: the others are published, listed and answer.

use super::{Faults, Variants};
use crate::shapes::{
    NOON,
    dynamodb_json::Item,
    fixture::{Fixture, Table::Flows},
    heard::Heard,
    read::{bank, start},
    world::World,
    writers::flow_text,
};
use aws_sdk_dynamodb::types::AttributeValue as A;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::{
    StoreError,
    flows::{FlowTable, Push},
};

fn shop() -> FlowName {
    FlowName::parse("shop").unwrap()
}

fn push(name: &str, destination: &str) -> Push {
    Push::new(flow_text(name, destination), "ada@desk-7".to_owned(), None, NOON).unwrap()
}

/// `bank` with three versions, the second of which is live, and `shop` with one.
async fn published(world: &World) -> FlowTable {
    let table = world.flow_table();
    table.publish(&shop(), &push("shop", "8005550101")).await.unwrap();
    for name in ["first-version", "version", "version-without-note"] {
        assert!(world.put(Flows, &Fixture::load(Flows, name).item).await);
    }
    table
}

fn is_version(fixture: &Fixture) -> bool {
    fixture.item["pk"].as_s().unwrap() != "live"
}

/// The damaged item of live versions, with `shop` beside what is damaged, if that still has a place.
fn beside_shop(item: &Item) -> Item {
    let mut item = item.clone();
    for (name, value) in [("flows", A::N("1".to_owned()))] {
        if let Some(A::M(map)) = item.get_mut(name) {
            map.insert("shop".to_owned(), value);
        }
    }
    item
}

#[tokio::test]
async fn a_damaged_version_hides_no_other_version_and_no_other_flow() {
    let world = World::start().await;
    let (heard, _listening) = Heard::listen();
    let table = published(&world).await;
    let mut faults = Faults::default();
    let mut variants = Variants::of(Flows, |fixture| is_version(fixture) && fixture.name != "former-version");
    while let Some((fixture, damaged, case)) = variants.next(&world).await {
        let number: u64 = damaged.item["sk"].as_s().unwrap()[2..].parse().unwrap();
        let mut live = Fixture::load(Flows, "live").item;
        live.insert("flows".to_owned(), A::M(Item::from([("bank".to_owned(), A::N(number.to_string()))])));
        assert!(world.put(Flows, &beside_shop(&live)).await);
        let history = table.history(&bank(), None, 9).await;
        let listed = history.as_ref().map_or(0, |found| found.versions.len() + found.unreadable.len());
        faults.expect(listed == 3, || format!("{case}: {listed} versions are listed: {history:?}"));
        let version = table.version(&bank(), number).await;
        let is_whole = version.as_ref().is_ok_and(|version| version.is_some());
        faults.expect(is_whole || version.is_err(), || format!("{case}: it is said not to be there"));
        heard.take();
        let flows = start(table.clone()).await;
        let log = heard.take();
        let shop_answers = flows.as_ref().is_ok_and(|flows| flows.get(&shop()).is_some());
        faults.expect(shop_answers, || format!("{case}: another flow does not answer"));
        let answers = flows.is_ok_and(|flows| flows.get(&bank()).is_some());
        faults.expect(answers || log.contains("a published call flow cannot be used"), || {
            format!("{case}: no error line")
        });
        // The next push takes the next number.
        world.put(Flows, &fixture.item).await;
    }
    variants.note();
    faults.none();
}

#[tokio::test]
async fn a_damaged_entry_of_the_live_versions_stops_no_other_flow() {
    let world = World::start().await;
    let (heard, _listening) = Heard::listen();
    let table = published(&world).await;
    let (mut faults, mut variants) = (Faults::default(), Variants::of(Flows, |fixture| !is_version(fixture)));
    while let Some((_, damaged, case)) = variants.next(&world).await {
        assert!(world.put(Flows, &beside_shop(&damaged.item)).await);
        heard.take();
        let flows = start(table.clone()).await;
        let log = heard.take();
        let is_lost = damaged.attribute() == "flows" && damaged.is_whole() && damaged.what != "is an empty map";
        match &flows {
            // Without the map, nothing says what is live: the functions answer the last resort, or what was live before.
            Err(error) => faults.expect(is_lost, || format!("{case}: no flow answers: {error}")),
            Ok(flows) => {
                faults.expect(flows.get(&shop()).is_some(), || format!("{case}: another flow does not answer"));
                let is_said = flows.get(&bank()).is_some()
                    || !log.is_empty()
                    || damaged.what == "is absent"
                    || damaged.what == "is an empty map";
                faults.expect(is_said, || format!("{case}: no error line"));
            }
        }
        faults.expect(!log.contains("ada@desk-7") && !log.contains("panic"), || format!("{case}: {log}"));
        let live = table.live_in_detail().await;
        let is_listed = live.as_ref().is_ok_and(|live| live.flows.contains_key(&shop()));
        faults.expect(is_lost || is_listed, || format!("{case}: {live:?}"));
        // A change is made only if everything can be read; otherwise the error names the attribute.
        let named = |error: &StoreError| matches!(error, StoreError::Unreadable { .. });
        let live = table.live().await;
        faults.expect(
            live.as_ref().is_ok_and(|live| live.contains_key(&shop())) || live.is_err_and(|error| named(&error)),
            || format!("{case}: `live`"),
        );
        let closed = table.closed_calendars().await;
        faults.expect(closed.as_ref().map_or_else(named, |_| true), || format!("{case}: {closed:?}"));
    }
    variants.note();
    faults.none();
}
