//! Call flows out of the table: loaded at the start, and looked for again from time to time.

use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::{
    flows::{Closure, FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_lambda::{
    LastResort,
    flows::{FlowVersion, Flows},
};
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, Wire,
    app::{Function, demo_flow, get_event},
    database::patient_client,
};
use std::{sync::Arc, time::Duration};

struct Deployed {
    app: TestApp,
    table: FlowTable,
    /// The functions' way to it.
    seen: FlowTable,
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
    app.app.flows = Flows::published(seen.clone(), Arc::clone(&app.app.webhook.clock), None).await.unwrap();
    wire.take_operations();
    Deployed { app, table, seen, wire, _database: database }
}

fn demo() -> FlowName {
    FlowName::parse("demo").unwrap()
}

fn push(text: &str) -> Push {
    Push::new(text.to_owned(), "ada".to_owned(), None, ringbolt_tests::app::NOON).unwrap()
}

/// A request for a flow of this name.
fn event_for(flow: &str) -> serde_json::Value {
    let mut event = get_event(Function::NextAction, "ivr_id=40007");
    event["rawPath"] = format!("/dialogtech/{flow}/next-action").into();
    event["pathParameters"]["flow"] = flow.into();
    event
}

impl Deployed {
    /// A new instance of the functions.
    async fn start_again(&mut self) {
        let clock = Arc::clone(&self.app.app.webhook.clock);
        self.app.app.flows = Flows::published(self.seen.clone(), clock, None).await.unwrap();
    }

    /// What the log says about the version that answers.
    async fn version(&self) -> Option<FlowVersion> {
        self.app.next("ivr_id=40007").await.report.version
    }

    async fn destination(&self) -> String {
        crate::webhooks::destination(&self.app.next("ivr_id=40007").await)
    }

    async fn publish(&self, text: &str) {
        self.table.publish(&demo(), &push(text)).await.unwrap();
    }

    /// Half a minute later.
    fn later(&self) {
        self.app.clock.pass(Duration::from_secs(30));
    }

    /// Lets a look end that no request waited for.
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
async fn a_published_flow_answers_the_first_request_after_half_a_minute() {
    let deployed = deployed().await;
    deployed.publish(&demo_flow().replace("8005550122", "8005550133")).await;
    deployed.app.clock.pass(Duration::from_secs(29));
    assert_eq!(deployed.destination().await, "8005550122");
    assert_eq!(deployed.wire.take_operations(), Vec::<String>::new(), "not yet looked at");
    // However long nobody called: a frozen function has looked at nothing meanwhile.
    deployed.app.clock.pass(Duration::from_secs(3 * 86_400));
    assert_eq!(deployed.destination().await, "8005550133");
    assert_eq!(deployed.wire.take_operations(), ["GetItem"; 2], "what is live, and its text");
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550133");
    assert_eq!(deployed.wire.take_operations(), ["GetItem"], "nothing has changed");
}

#[tokio::test]
async fn a_table_that_does_not_answer_costs_a_request_a_part_of_its_deadline_and_the_flow_before_answers() {
    let mut deployed = deployed().await;
    deployed.publish(&demo_flow().replace("8005550122", "8005550133")).await;
    deployed.app.app.webhook.deadline = Duration::from_millis(400);
    deployed.wire.set(Fault::HoldUntil(2));
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550122");
    // The look goes on, and is there for a later request.
    deployed.app.app.webhook.deadline = Duration::from_secs(60);
    deployed.wire.set(Fault::None);
    deployed.later();
    deployed.until_destination("8005550133").await;
}

#[tokio::test]
async fn a_look_that_ends_after_a_later_one_changes_nothing() {
    let mut deployed = deployed().await;
    // What is live passes, and the text of version 2 is held until the fifth request, as if the function was frozen.
    deployed.wire.set(Fault::HoldOne(2, 5));
    deployed.publish(&demo_flow().replace("8005550122", "8005550133")).await;
    deployed.app.app.webhook.deadline = Duration::from_millis(400);
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550122");
    deployed.app.app.webhook.deadline = Duration::from_secs(60);
    deployed.publish(&demo_flow().replace("8005550122", "8005550144")).await;
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550144");
    // The first of these requests lets the held one go, and the others give it time to end. None of them is a look, which
    // would hide what it did.
    for _ in 0..50 {
        deployed.seen.live_state().await.unwrap();
        assert_eq!(deployed.destination().await, "8005550144");
    }
}

#[tokio::test]
async fn after_an_error_the_table_is_looked_at_again_soon() {
    // The second fault lets the list of live versions through, and not the version.
    for fault in [Fault::ServerError, Fault::FailAfter(1)] {
        let deployed = deployed().await;
        deployed.publish(&demo_flow().replace("8005550122", "8005550133")).await;
        deployed.later();
        deployed.wire.set(fault);
        assert_eq!(deployed.destination().await, "8005550122");
        deployed.wire.set(Fault::None);
        assert_eq!(deployed.destination().await, "8005550122", "not by every request of an outage");
        deployed.app.clock.pass(Duration::from_secs(2));
        assert_eq!(deployed.destination().await, "8005550133");
    }
}

#[tokio::test]
async fn a_published_flow_that_cannot_be_used_leaves_the_one_before_live_and_stops_no_other() {
    let deployed = deployed().await;
    let other = FlowName::parse("other").unwrap();
    let text = demo_flow().replacen("flow: demo", "flow: other", 1).replacen("realm: demo", "realm: other", 1);
    deployed.publish("flow: demo\nrelm: demo\n").await;
    deployed.table.publish(&other, &push(&text)).await.unwrap();
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550122");
    assert!(deployed.app.app.flows.get(&other).is_some());
    // A version that cannot be used is not loaded again.
    deployed.wire.take_operations();
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550122");
    assert_eq!(deployed.wire.take_operations(), ["GetItem"]);

    deployed.publish(&demo_flow().replace("8005550122", "8005550144")).await;
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550144");
}

#[tokio::test]
async fn a_start_with_a_flow_that_cannot_be_used_answers_the_last_resort_for_it_and_serves_the_others() {
    let mut deployed = deployed().await;
    let other = FlowName::parse("other").unwrap();
    deployed.table.publish(&other, &push("flow: other\nrelm: other\n")).await.unwrap();
    deployed.start_again().await;
    assert_eq!(deployed.destination().await, "8005550122");
    let event = event_for("other");
    let answer = deployed.app.send(Function::NextAction, &event).await;
    assert_eq!((answer.status, answer.report.outcome.word()), (503, "fallback"));
    assert_eq!(answer.report.failed.unwrap().kind, "flow");
    deployed.app.app.last_resort = LastResort::new(next_action::last_resort("800-555-0100").unwrap());
    let answer = deployed.app.send(Function::NextAction, &event).await;
    assert_eq!((answer.status, crate::webhooks::destination(&answer).as_str()), (200, "8005550100"));
    // A name that nobody published is still a wrong address.
    let event = event_for("third");
    assert_eq!(deployed.app.send(Function::NextAction, &event).await.status, 404);
}

#[tokio::test]
async fn a_flow_that_disagrees_with_its_realm_is_kept_out_and_at_a_start_both_are() {
    let mut deployed = deployed().await;
    let other = FlowName::parse("other").unwrap();
    let text = demo_flow().replacen("flow: demo", "flow: other", 1).replacen("attempts: 3", "attempts: 7", 1);
    deployed.table.publish(&other, &push(&text)).await.unwrap();
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550122");
    assert!(deployed.app.app.flows.is_unusable(&other));
    // Guesses could alternate between the two and never meet a lock.
    deployed.start_again().await;
    assert!(deployed.app.app.flows.is_unusable(&other) && deployed.app.app.flows.is_unusable(&demo()));
}

#[tokio::test]
async fn every_answer_names_the_version_that_it_comes_from() {
    let deployed = deployed().await;
    assert_eq!(deployed.version().await, Some(FlowVersion::Published(1)));
    let wix_answers = deployed.app.send_file(Function::Auth, "right-pin").await;
    assert_eq!(wix_answers.report.version, Some(FlowVersion::Published(1)));
    deployed.publish(&demo_flow().replace("8005550122", "8005550155")).await;
    deployed.later();
    assert_eq!(deployed.destination().await, "8005550155");
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
    deployed.later();
    deployed.destination().await;
    assert!(is_closed());
    assert!(!deployed.app.app.flows.get(&demo()).unwrap().closures.is_closed("support", until), "it ends by itself");
    assert_eq!(deployed.version().await, Some(FlowVersion::Published(1)), "no new version");
    assert_eq!(deployed.wire.take_operations(), ["GetItem"]);
}
