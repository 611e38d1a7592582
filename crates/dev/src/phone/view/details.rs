//! A webhook and its reply in detail.

use super::super::Phone;
use ringbolt_core::call::{CallState, state::Binding};
use ringbolt_core::dialects::{dialogtech::PassThrough, twiml::without_states};
use ringbolt_core::flow::fields::STATE;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Exchange, Reply, Setting, pretty_xml};
use serde_json::{Value, json};

pub(super) fn of(phone: &Phone, setting: &Setting, exchange: &Exchange, at: EpochMs) -> Value {
    let Exchange { request, reply } = exchange;
    let fields = request.fields.iter().map(
        |field| json!({ "name": field.name, "value": field.shown(), "about": field.about, "secret": field.secret }),
    );
    json!({
        "request": {
            "method": request.method.word(),
            "path": request.path,
            "raw": request.shown(),
            "fields": fields.collect::<Vec<_>>(),
        },
        "reply": reply.as_ref().map(|reply| of_reply(phone, setting, reply, at)),
    })
}

fn of_reply(phone: &Phone, setting: &Setting, reply: &Reply, at: EpochMs) -> Value {
    let passed = PassThrough::parse(&ringbolt_simulator::pass_through(&reply.body).unwrap_or_default());
    let pairs: Vec<Value> = passed.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let state = passed.get(STATE).map(|text| {
        let keys = phone.gateway.app.hasher.keys();
        let call_id = setting.sent_call_id();
        let binding = Binding { keys, flow: &setting.flow.name, call_id: Some(&call_id) };
        let read = CallState::read(Some(text), binding, at);
        let signature = if read == CallState::default() { "broken" } else { "holds" };
        let verified = read.verified.as_ref().map(|verified| verified.user.as_str());
        json!({ "signature": signature, "tries": read.tries, "verified": verified })
    });
    // What is sealed in the URLs can be read by nobody, and hides the rest.
    let pretty = pretty_xml(&without_states(&reply.body)).unwrap_or_else(|| reply.body.clone());
    json!({
        "status": reply.status,
        "content_type": reply.content_type,
        "raw": reply.body,
        "pretty": pretty,
        "pass_through": pairs,
        "state": state,
    })
}
