//! The table of flows.

use crate::shapes::{
    DAY, NOON,
    dynamodb_json::Item,
    fixture::{Fixture, Table::Flows},
    world::World,
    writers::flow_text,
};
use ringbolt_core::{flow::hours::Closures, identity::FlowName};
use ringbolt_dynamodb::flows::{ClosureChange, FlowTable, Published, Push};
use ringbolt_lambda::flows::{FlowVersion, Flows as LiveFlows};
use std::sync::Arc;

pub fn bank() -> FlowName {
    FlowName::parse("bank").unwrap()
}

/// The flows that a function answers with that starts now.
pub async fn start(table: FlowTable) -> Result<LiveFlows, ringbolt_dynamodb::StoreError> {
    LiveFlows::published(table, Arc::new(|| NOON), None).await
}

#[tokio::test]
async fn every_stored_version_is_read_listed_and_answers() {
    let world = World::start().await;
    let table = world.flow_table();
    for fixture in Fixture::of(Flows) {
        let item = &fixture.item;
        let Some(number) = item["sk"].as_s().unwrap().strip_prefix("v#") else { continue };
        let number: u64 = number.parse().unwrap();
        assert!(world.put(Flows, item).await);
        let version = table.version(&bank(), number).await.unwrap().unwrap();
        assert_eq!(version.text, flow_text("bank", &format!("800555010{number}")), "{fixture}");
        assert_eq!(table.text(&bank(), number).await.unwrap(), version.text, "{fixture}");
        assert_eq!(
            table.history(&bank(), None, 9).await.unwrap().versions,
            std::slice::from_ref(&version.info),
            "{fixture}"
        );
        let text = |name: &str| item.get(name).map(|text| text.as_s().unwrap().clone());
        let whole = |name: &str| item.get(name).map(|number| number.as_n().unwrap().parse::<u64>().unwrap());
        let info = version.info;
        assert_eq!((info.version, info.pushed_at), (number, NOON), "{fixture}");
        assert_eq!((info.by, info.note, info.sha256), (text("by"), text("note"), text("sha256")), "{fixture}");
        assert_eq!((info.bytes, info.replaced), (whole("bytes"), whole("replaced")), "{fixture}");

        // It is live, however that was written.
        for live in ["former-live", "live-first", "live"] {
            let mut live = Fixture::load(Flows, live).item;
            set_live(&mut live, number);
            assert!(world.put(Flows, &live).await);
            let answering = start(table.clone()).await.unwrap().get(&bank()).unwrap();
            assert_eq!(answering.version, FlowVersion::Published(number), "{fixture}");
            world.delete(Flows, &live).await;
        }
        world.delete(Flows, item).await;
    }
}

fn set_live(live: &mut Item, number: u64) {
    let flows = [("bank".to_owned(), aws_sdk_dynamodb::types::AttributeValue::N(number.to_string()))];
    live.insert("flows".to_owned(), aws_sdk_dynamodb::types::AttributeValue::M(flows.into()));
}

#[tokio::test]
async fn every_stored_item_of_live_versions_is_read() {
    let world = World::start().await;
    let table = world.flow_table();
    for (name, version, by, from, closed) in [
        ("former-live", 2, None, None, false),
        ("live-first", 1, Some("ada@desk-7"), None, false),
        ("live", 2, Some("ada@desk-7"), Some(1), false),
        ("live-with-closure", 2, Some("bea@desk-8"), Some(3), true),
        ("live-reopened", 2, Some("bea@desk-8"), Some(3), false),
    ] {
        assert!(world.put(Flows, &Fixture::load(Flows, name).item).await);
        assert!(table.live().await.unwrap().into_iter().eq([(bank(), version)]), "{name}");
        let live = table.live_in_detail().await.unwrap().flows.remove(&bank()).unwrap();
        let moved = live.moved;
        assert_eq!((live.version, moved.as_ref().map(|moved| moved.by.as_str())), (version, by), "{name}");
        assert_eq!(moved.and_then(|moved| moved.from), from, "{name}");
        let state = table.live_state().await.unwrap();
        assert!(state.versions.into_iter().eq([(bank(), version)]), "{name}");
        let expected: Closures = closed.then(|| ("support".to_owned(), NOON.plus(DAY))).into_iter().collect();
        assert_eq!(state.closures.get(&bank()).cloned().unwrap_or_default(), expected, "{name}");
        let mut calendars = table.closed_calendars().await.unwrap();
        let closure = calendars.get_mut(&bank()).and_then(|closed| closed.remove("support"));
        assert_eq!(
            closure.as_ref().map(|closure| (closure.by.as_str(), closure.at)),
            closed.then_some(("ada@desk-7", NOON))
        );
        if let Some(closure) = closure {
            let reopened = table.reopen_calendar(&bank(), "support", &closure).await.unwrap();
            assert_eq!(reopened, ClosureChange::Done);
        }
    }
}

#[tokio::test]
async fn a_push_goes_on_from_what_an_earlier_version_published() {
    let world = World::start().await;
    for name in ["former-live", "former-version"] {
        assert!(world.put(Flows, &Fixture::load(Flows, name).item).await);
    }
    let (table, same) = (world.flow_table(), flow_text("bank", "8005550102"));
    let live = table.live_in_detail().await.unwrap();
    assert_eq!(table.live_as(&live, &bank(), &same).await.unwrap(), Some(2));
    let push = |text: String| Push::new(text, "ada@desk-7".to_owned(), None, NOON).unwrap();
    assert_eq!(table.publish(&bank(), &push(same)).await.unwrap(), Published::Unchanged { version: 2 });
    let pushed = table.publish(&bank(), &push(flow_text("bank", "8005550103"))).await.unwrap();
    assert_eq!(pushed, Published::Live { version: 3, replaced: Some(2) });
}
