//! Every answer that the providers' specifications show, out of a flow of its own.

use crate::answers::{Known, answer, at, load, right, wix_reply};
use ringbolt_core::attempt::AuthOutcome;

macro_rules! example {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("specification/", $name, ".yaml")),
            include_str!(concat!("specification/", $name, ".xml")),
        )
    };
}

#[test]
fn every_document_of_the_specification_comes_out_of_a_flow() {
    for (name, flow, document) in [
        example!("responding"),
        example!("findme-one"),
        example!("findme-two"),
        example!("user-parameters"),
        example!("pass-through"),
    ] {
        let given = answer(&load(flow), "ivr_id=1", &Known::nobody(), at("2026-11-23T15:00Z")).unwrap();
        // The examples have a line for each element; the documents have none.
        let expected: String = document.lines().collect();
        assert_eq!(given, expected, "{name}");
    }
}

#[test]
fn both_replies_of_wix_answers_come_out_of_a_flow() {
    let verified = right(Default::default());
    let body = r#"{ "callId": "f304229f-dc2c-4c84-bc65-90c92a980dd7", "input": "1234",
        "user": { "id": "602efa31-01d8-482d-8ff2-26910b026703" } }"#;
    for (flow, outcome, expected) in [
        (include_str!("specification/wix-guid.yaml"), &verified, "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"),
        (include_str!("specification/wix-empty.yaml"), &AuthOutcome::Unknown { locks: false }, ""),
    ] {
        assert_eq!(wix_reply(&load(flow), body, outcome, at("2026-11-23T15:00Z")), expected);
    }
}
