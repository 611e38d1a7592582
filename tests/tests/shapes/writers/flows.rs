//! The table of flows.

use super::Written;
use crate::shapes::{NOON, fixture::Table::Flows};
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::{Closure, ClosureChange, LiveVersions, Moved, Published, Push};

pub fn text(name: &str, destination: &str) -> String {
    format!(
        "flow: {name}\nrealm: {name}\nfallback: {{ do: hangup }}\nivrs:\n  support: {{ id: 1, transfer: {{ destination: \"{destination}\" }} }}\n"
    )
}

pub async fn write(written: &mut Written) {
    let table = written.world.flow_table();
    let bank = FlowName::parse("bank").unwrap();
    let push = |destination: &str, note: Option<&str>| {
        Push::new(text("bank", destination), "ada@desk-7".to_owned(), note.map(str::to_owned), NOON).unwrap()
    };
    table.publish(&bank, &push("8005550101", None)).await.unwrap();
    written.shows(Flows, "first-version", "flow#bank", Some("v#0000000001")).await;
    written.shows(Flows, "live-first", "live", None).await;
    written.after("live-first").await;
    table.publish(&bank, &push("8005550102", Some("Another number.\nAs agreed."))).await.unwrap();
    written.shows(Flows, "version", "flow#bank", Some("v#0000000002")).await;
    written.shows(Flows, "live", "live", None).await;
    written.after("live").await;
    let Published::Live { version: 3, .. } = table.publish(&bank, &push("8005550103", None)).await.unwrap() else {
        panic!("nobody else pushes")
    };
    written.after("version-without-note").await;
    let (live, to) = (table.live_in_detail().await.unwrap(), LiveVersions::from([(bank.clone(), 2)]));
    assert_eq!(table.move_live(&live, &to, NOON, "bea@desk-8").await.unwrap(), Moved::Done);
    let closure = Closure { until: NOON.plus(crate::shapes::DAY), at: NOON, by: "ada@desk-7".to_owned() };
    assert_eq!(table.close_calendar(&bank, "support", None, &closure).await.unwrap(), ClosureChange::Done);
    written.shows(Flows, "live-with-closure", "live", None).await;
    written.after("live-with-closure").await;
    assert_eq!(table.reopen_calendar(&bank, "support", &closure).await.unwrap(), ClosureChange::Done);
    written.after("reopened").await;
}
