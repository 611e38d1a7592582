//! One call on the page.

use super::{Phone, view};
use crate::{functions, line};
use ringbolt_core::{
    call::{Engine, Plan},
    dialects::dialogtech::{Form, Parameters, Request as DialogTech},
    identity::{CallerId, UserId},
};
use ringbolt_lambda::{Answer, metrics::Invocation};
use ringbolt_simulator::{Call, Event, Input, NotNow, Provider, Reply, Request};
use serde_json::Value;
use std::{collections::BTreeMap, time::Instant};

/// A call, and what the page shows in addition.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) call: Call,
    /// Who the caller says they are, once they have said it.
    pub(super) whom: Option<CallerId>,
    /// Their item, as last read.
    pub(super) caller: Option<Value>,
    /// Their failed attempts after an event, by the event's number.
    pub(super) attempts: BTreeMap<usize, (u32, u32)>,
}

impl Session {
    /// Takes what happened, sends the webhooks that follow, and tells every page.
    pub(super) async fn input(&mut self, phone: &Phone, input: Input) -> Result<(), NotNow> {
        self.call.input(input, phone.clock.now())?;
        self.settle(phone).await;
        Ok(())
    }

    /// Sends webhooks until the call waits for a person.
    pub(super) async fn settle(&mut self, phone: &Phone) {
        while let Some(request) = self.call.webhook().cloned() {
            self.publish(phone);
            self.whom = self.whom_about(phone, &request).or(self.whom.take());
            let mut reply = send(phone, &request).await;
            if phone.provider_retries() {
                // As after a reply that was lost on the way.
                reply = send(phone, &request).await;
            }
            if self.call.input(Input::Reply(reply), phone.clock.now()).is_err() {
                break;
            }
            self.look_at_caller(phone).await;
        }
        self.publish(phone);
    }

    /// Posts a transcription, and notes what came back.
    pub(super) async fn post(&mut self, phone: &Phone, index: usize) -> Result<(), NotNow> {
        let request = self.call.postback(index, phone.clock.now())?;
        let reply = send(phone, &request).await;
        self.call.posted(index, request, Some(reply), phone.clock.now());
        self.publish(phone);
        Ok(())
    }

    pub(super) fn publish(&self, phone: &Phone) {
        phone.publish("call", &view::call(phone, self));
    }

    /// Whose PIN the webhook asks about.
    fn whom_about(&self, phone: &Phone, request: &Request) -> Option<CallerId> {
        let setting = self.call.setting();
        let (flow, now) = (&setting.flow, phone.clock.now());
        match setting.provider {
            Provider::DialogTech => {
                let (query, body) = (request.query(), request.body());
                let form = body.as_ref().map(|(kind, body)| Form { bytes: body.as_bytes(), content_type: Some(kind) });
                let results = DialogTech::read(&Parameters::parse(&query, form), flow, now).results;
                let keys = phone.gateway.app.hasher.keys();
                match Engine::new(flow, &results, keys, &setting.closures, now).plan() {
                    Ok(Plan::Attempt(attempt)) => Some(attempt.caller),
                    _ => None,
                }
            }
            Provider::WixAnswers => {
                let user = UserId::parse(&setting.user.as_ref()?.id, flow.identifier).ok()?;
                Some(CallerId { realm: flow.realm.clone(), user })
            }
        }
    }

    async fn look_at_caller(&mut self, phone: &Phone) {
        let Some(whom) = &self.whom else { return };
        // What can't be read is shown as it was.
        let Ok(item) = phone.store.caller(whom).await else { return };
        let lockout = &self.call.setting().flow.lockout;
        let webhook = self.call.events().iter().rposition(|(_, event)| matches!(event, Event::Webhook(_)));
        if let (Some(item), Some(number)) = (&item, webhook) {
            self.attempts.insert(number, (item.attempts, lockout.attempts()));
        }
        self.caller = Some(view::caller(whom, item.as_ref(), lockout, phone.clock.now()));
    }
}

/// Sends a webhook in this process, and prints and logs it as one that came over HTTP.
async fn send(phone: &Phone, request: &Request) -> Reply {
    let gateway = &phone.gateway;
    let began = Instant::now();
    let (reply, answer) = functions::send(&gateway.app, request, phone.clock.now()).await;
    if let Some(answer) = answer {
        report(phone, request, &answer, began);
    }
    reply
}

fn report(phone: &Phone, request: &Request, answer: &Answer, began: Instant) {
    let Some((dialect, webhook, flow)) = ringbolt_core::dialects::find(&request.path) else { return };
    let (gateway, elapsed) = (&phone.gateway, began.elapsed());
    line::print(&gateway.clock, request.method.word(), &dialect.path_of(webhook, "{flow}"), flow, answer, elapsed);
    if let Some(log) = &gateway.log {
        let at = phone.clock.now();
        let request_id = format!("phone-{}", at.0);
        let invocation = Invocation { function: webhook.function, request_id: &request_id, cold: false, at, elapsed };
        log.answered(&invocation, flow, answer);
    }
}
