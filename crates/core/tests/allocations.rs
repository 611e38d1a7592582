//! How often a decision asks for memory: little, and no more in a flow of 1,000 IVRs than in one of 10. The counts do not
//! depend on the machine; `cargo bench -p ringbolt-core` has the times.

#![allow(clippy::unwrap_used)]

use ringbolt_core::{
    call::Engine,
    dialects::dialogtech::{Parameters, Request},
    flow::{Flow, hours::Closures},
    pin::PinKeys,
    time::EpochMs,
};
use std::{hint::black_box, sync::Arc};

fn flow(ivrs: usize) -> Flow {
    let mut text = String::from("flow: a\nrealm: a\nfallback: { do: hangup }\nivrs:\n");
    for ivr in 0..ivrs {
        text.push_str(&match ivr % 2 {
            0 => format!("  i{ivr}: {{ id: {ivr}, transfer: {{ destination: \"8005550122\" }} }}\n"),
            _ => format!(
                "  i{ivr}:\n    id: {ivr}\n    rules:\n      - {{ when: answers.qos | int <= 2, do: hangup }}\n      - {{ when: \
                 call.ivr_phone_label == \"Radio\", do: {{ voicemail: {{ id: 7 }} }} }}\n      - {{ do: hangup }}\n"
            ),
        });
    }
    Flow::load(&text).unwrap()
}

/// The allocations of one decision of the IVR in the middle, or after it.
fn allocations(ivrs: usize, after: usize) -> u64 {
    let flow = flow(ivrs);
    let keys = PinKeys::from_json(&format!(r#"{{ "current": "{}" }}"#, "k".repeat(90))).unwrap();
    let query = format!(
        "ivr_id={}&ivr_caller_id=2125550123&ivr_session_id=s-1&ivr_phone_label=Radio&qos=5",
        ivrs / 4 * 2 + after
    );
    let request = Request::read(&Parameters::parse(&query, None), &flow, EpochMs(0));
    let closures = Arc::new(Closures::default());
    let decide = || drop(black_box(Engine::new(&flow, &request.results, &keys, &closures, EpochMs(0)).plan().unwrap()));
    // What is made once a process is made.
    decide();
    allocation_counter::measure(decide).count_total
}

#[test]
fn a_decision_allocates_little_and_no_more_in_a_large_flow() {
    for (after, most, kind) in [(0, 16, "a fixed action"), (1, 30, "three rules")] {
        let small = allocations(10, after);
        assert_eq!(allocations(1000, after), small, "{kind}: of 1,000 IVRs, and of 10");
        assert!(small <= most, "{kind}: {small} allocations, and at most {most} are expected");
    }
}
