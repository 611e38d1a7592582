//! What the page is shown, as JSON.

mod call;
mod details;
mod script;

pub(super) use call::call;
pub(super) use script::script;

use super::{Phone, chosen, clock, files};
use ringbolt_core::{
    caller::{CallerItem, Status},
    flow::{Flow, graph::Graph},
    identity::CallerId,
    lockout::{LockState, Lockout},
    number::in_print,
    time::EpochMs,
};
use ringbolt_drawing::{Sheet, Style, Subject};
use ringbolt_simulator::Provider;
use serde_json::{Value, json};
use std::sync::Arc;

/// The clock and the faults.
pub(super) fn state(phone: &Phone) -> Value {
    let zone = clock::zone(&phone.gateway.app.flows.all());
    let now = phone.clock.now();
    json!({
        "clock": {
            "now_ms": now.0,
            "moved": phone.clock.moved_ms() != 0,
            "shown": clock::shown(now, &zone),
            "zone": zone.iana_name().unwrap_or("UTC"),
        },
        "faults": { "database": phone.faults.database().word(), "provider_retries": phone.provider_retries() },
    })
}

/// Every flow, with what can be chosen before dialling.
pub(super) fn flows(phone: &Phone) -> Vec<Value> {
    phone.gateway.app.flows.all().iter().map(|flow| flow_choices(phone, flow)).collect()
}

fn flow_choices(phone: &Phone, flow: &Arc<Flow>) -> Value {
    let numbers = |provider| -> Vec<Value> {
        let numbers = chosen::numbers(flow, provider, phone.clock.now()).into_iter();
        let number = |number: chosen::Number| json!({ "number": number.number, "shown": in_print(&number.number), "label": number.leads_to });
        numbers.map(number).collect()
    };
    let callers = |provider| -> Vec<Value> {
        let callers = chosen::callers(&phone.callers, flow, provider).into_iter();
        callers
            .map(|caller| {
                let known = caller.known.as_ref();
                json!({
                    "user": known.map(|known| known.user.as_str()),
                    "from": caller.from,
                    "from_shown": in_print(&caller.from),
                    "label": known.map_or("Somebody unknown", |known| known.name()),
                    "hint": known.and_then(|known| known.hint(provider, flow.identifier)),
                })
            })
            .collect()
    };
    let providers = Provider::of(flow).into_iter().map(|provider| {
        json!({
            "id": provider.word(),
            "name": provider.name(),
            "numbers": numbers(provider),
            "callers": callers(provider),
        })
    });
    let file = files::of(phone, flow.name.as_str());
    json!({
        "name": flow.name.as_str(),
        "file": file.as_ref().and_then(|file| file.path.as_ref()).map(|path| path.display().to_string()),
        "providers": providers.collect::<Vec<_>>(),
        "mistakes": file.map_or(0, |file| file.errors(phone)),
    })
}

/// A caller's item.
pub(super) fn caller(whom: &CallerId, item: Option<&CallerItem>, lockout: &Lockout, now: EpochMs) -> Value {
    let Some(item) = item else {
        return json!({ "user": whom.user.as_str(), "known": false, "attempts": 0, "limit": lockout.attempts() });
    };
    let state = lockout.state(item.attempts, item.last_at, now);
    let until = if let LockState::Locked { until } = state { Some(until.0) } else { None };
    json!({
        "user": whom.user.as_str(),
        "known": true,
        "status": item.status.as_str(),
        "suspended": item.status == Status::Suspended || state == LockState::Exhausted,
        "attempts": item.attempts,
        "limit": lockout.attempts(),
        "locked_until_ms": until,
        "attributes": item.attributes,
    })
}

/// The drawing of a flow, for the page's own colours.
pub(super) fn drawing(flow: &Flow) -> String {
    Sheet::new(&Subject::of(flow, &Graph::of(flow))).svg(Style::Page)
}
