//! A call as a scripted call, to be saved next to its flow.

use super::super::{Phone, clock, session::Session};
use ringbolt_core::{caller::Attributes, time::EpochMs};
use ringbolt_simulator::script::{ScriptedCaller, saved};

/// A whole file with the one call in it.
pub(in super::super) fn script(phone: &Phone, session: &Session) -> String {
    let call = &session.call;
    let flow = &call.setting().flow;
    let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let at = clock::shown(began, &clock::zone(&phone.gateway.app.flows.all()));
    let title = format!("A call of {at}");
    format!(
        "# Saved by the phone page. Put the call into {flow}.calls.yaml, and give it a name; `ringbolt flow test` plays it.\n\
         # PINs are not kept: `right` and `wrong` stand for them.\n\ncalls:\n{}\n",
        saved(call, &title, callers(session)),
        flow = flow.name,
    )
}

/// Who was called about, as far as they are known.
fn callers(session: &Session) -> Vec<ScriptedCaller> {
    let Some(item) = session.caller.as_ref().filter(|item| item["known"] == true) else { return Vec::new() };
    let user = item["user"].as_str().unwrap_or_default();
    let attributes: Attributes = serde_json::from_value(item["attributes"].clone()).unwrap_or_default();
    let suspended = item["status"] == "suspended";
    vec![ScriptedCaller { suspended, ..ScriptedCaller::with_made_up_pin(user, attributes) }]
}
