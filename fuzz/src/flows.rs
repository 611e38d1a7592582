//! The example flows, as the functions would have loaded them, and what else a request is read with.

use ringbolt_core::{flow::Flow, flow::hours::Closures, pin::PinKeys, time::EpochMs};
use std::sync::{Arc, LazyLock};

/// A Monday in 2026, 10:00 in New York.
pub const NOW: EpochMs = EpochMs(1_773_064_800_000);

pub static FLOWS: LazyLock<[Arc<Flow>; 4]> = LazyLock::new(|| {
    [
        include_str!("../../flows/bank.yaml"),
        include_str!("../../flows/demo.yaml"),
        include_str!("../../flows/field-service.yaml"),
        include_str!("../../flows/agency.yaml"),
    ]
    .map(|text| Arc::new(Flow::load(text).expect("the examples load")))
});

pub static KEYS: LazyLock<PinKeys> = LazyLock::new(|| {
    let key = "k".repeat(PinKeys::MIN_CHARS);
    PinKeys::from_json(&serde_json::json!({ "current": key }).to_string()).expect("it is long enough")
});

pub static CLOSURES: LazyLock<Arc<Closures>> = LazyLock::new(Arc::default);
