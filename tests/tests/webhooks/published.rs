//! Call flows out of the table: loaded at the start, refreshed in the background.

use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::{
    flows::{Closure, FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_lambda::flows::{FlowVersion, Flows};
use ringbolt_tests::{
    TestApp, TestDatabase, Wire,
    app::{Function, demo_flow},
    database::patient_client,
};
use std::{sync::Arc, time::Duration};

struct Deployed {
    app: TestApp,
    table: FlowTable,
    wire: Wire,
    _database: TestDatabase,
}

/// The demo, published, with the functions' way to the table of flows on a wire.
async fn deployed() -> Deployed {
    let database = TestDatabase::start().await;
    let name = format!("{}-flows", database.tables.calls);
    create_missing_flows(&database.client().await, &name).await.unwrap();
    let table = FlowTable::new(database.client().await, name.clone());
    table.publish(&demo(), &push(&demo_flow())).await.unwrap();
    let wire = Wire::to(&database.endpoint).await;
    let mut app = TestApp::demo(&database).await;
    let seen = FlowTable::new(patient_client(&wire.endpoint).await, name);
    app.app.flows = Flows::published(seen, Arc::clone(&app.app.webhook.clock), None).await.unwrap();
    wire.take_operations();
    Deployed { app, table, wire, _database: database }
}

fn demo() -> FlowName {
    FlowName::parse("demo").unwrap()
}

fn push(text: &str) -> Push {
    Push::new(text.to_owned(), "ada".to_owned(), None, ringbolt_tests::app::NOON).unwrap()
}

impl Deployed {
    /// What the log says about the version that answers.
    async fn version(&self) -> Option<FlowVersion> {
        self.app.next("ivr_id=40007").await.report.version
    }

    async fn destination(&self) -> String {
        crate::destination(&self.app.next("ivr_id=40007").await)
    }

    async fn publish(&self, text: &str) {
        self.table.publish(&demo(), &push(text)).await.unwrap();
    }

    /// Lets the background do its work: a flow that was published is there after some requests.
    async fn until_destination(&self, expected: &str) {
        for _ in 0..10_000 {
            if self.destination().await == expected {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the flow was not refreshed");
    }
}

#[tokio::test]
async fn a_published_flow_is_live_after_half_a_minute_and_no_request_waits_for_it() {
    let deployed = deployed().await;
    deployed.publish(&demo_flow().replace("8005550122", "8005550133")).await;
    deployed.app.clock.pass(Duration::from_secs(29));
    assert_eq!(deployed.destination().await, "8005550122");
    assert_eq!(deployed.wire.take_operations(), Vec::<String>::new(), "not yet looked at");
    // Even while the table does not answer at all, requests are answered with what is there.
    deployed.wire.set(ringbolt_tests::Fault::HoldUntil(2));
    deployed.app.clock.pass(Duration::from_secs(1));
    assert_eq!(deployed.destination().await, "8005550122");
    deployed.wire.set(ringbolt_tests::Fault::None);
    deployed.app.clock.pass(Duration::from_secs(30));
    deployed.until_destination("8005550133").await;
}

#[tokio::test]
async fn a_published_flow_that_cannot_be_used_leaves_the_one_before_live() {
    let deployed = deployed().await;
    deployed.publish("flow: demo\nrelm: demo\n").await;
    deployed.app.clock.pass(Duration::from_secs(30));
    for _ in 0..100 {
        assert_eq!(deployed.destination().await, "8005550122");
        tokio::task::yield_now().await;
    }
    deployed.publish(&demo_flow().replace("8005550122", "8005550144")).await;
    deployed.app.clock.pass(Duration::from_secs(30));
    deployed.until_destination("8005550144").await;
}

#[tokio::test]
async fn every_answer_names_the_version_that_it_comes_from() {
    let deployed = deployed().await;
    assert_eq!(deployed.version().await, Some(FlowVersion::Published(1)));
    let wix_answers = deployed.app.send_file(Function::Auth, "right-pin").await;
    assert_eq!(wix_answers.report.version, Some(FlowVersion::Published(1)));
    deployed.publish(&demo_flow().replace("8005550122", "8005550155")).await;
    deployed.app.clock.pass(Duration::from_secs(30));
    deployed.until_destination("8005550155").await;
    assert_eq!(deployed.version().await, Some(FlowVersion::Published(2)));
    // The fallback of an IVR that the flow does not know comes from the flow too.
    let fallback = deployed.app.next("ivr_id=1").await.report;
    assert_eq!((fallback.outcome.word(), fallback.version), ("fallback", Some(FlowVersion::Published(2))));

    let database = TestDatabase::start().await;
    let of_file = TestApp::demo(&database).await;
    assert_eq!(of_file.next("ivr_id=40007").await.report.version, Some(FlowVersion::File));
    let refused = of_file.send(Function::NextAction, &serde_json::json!({})).await;
    assert_eq!(refused.report.version, None, "no flow was looked at");
}

#[tokio::test]
async fn a_closure_reaches_the_functions_with_the_read_that_looks_for_new_versions() {
    let deployed = deployed().await;
    let until = EpochMs(ringbolt_tests::app::NOON.0 + 3_600_000);
    let is_closed = || deployed.app.app.flows.get(&demo()).unwrap().closures.is_closed("support", EpochMs(until.0 - 1));
    assert!(!is_closed());
    let closure = Closure { until, at: ringbolt_tests::app::NOON, by: "ada".to_owned() };
    deployed.table.close_calendar(&demo(), "support", None, &closure).await.unwrap();
    deployed.app.clock.pass(Duration::from_secs(30));
    for _ in 0..10_000 {
        deployed.destination().await;
        if is_closed() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(is_closed());
    assert!(!deployed.app.app.flows.get(&demo()).unwrap().closures.is_closed("support", until), "it ends by itself");
    assert_eq!(deployed.version().await, Some(FlowVersion::Published(1)), "no new version");
    assert_eq!(deployed.wire.take_operations(), ["GetItem"]);
}
