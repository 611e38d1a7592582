//! One call on the page.

use super::{Phone, view};
use ringbolt_core::{
    call::{Engine, Plan, Results},
    caller::CallerItem,
    dialects::dialogtech::{Form, Parameters, Request as DialogTech},
    identity::{CallerId, UserId},
};
use ringbolt_dynamodb::StoreError;
use ringbolt_simulator::{Call, Event, Input, NotNow, Provider, Request};
use serde_json::Value;
use std::collections::BTreeMap;

/// A call, and what the page shows in addition.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) call: Call,
    /// Who the caller says they are, once they have said it.
    pub(super) whom: Option<CallerId>,
    /// Their item, as last read.
    pub(super) caller: Option<Value>,
    /// The webhooks that counted an attempt, by the event's number.
    pub(super) counted: BTreeMap<usize, Counted>,
}

/// An attempt that a webhook counted.
pub(super) struct Counted {
    /// Failed attempts in a row after it.
    pub(super) attempts: u32,
    /// How many lock the account.
    pub(super) limit: u32,
}

impl Session {
    /// A call that has just begun.
    pub(super) fn new(id: String, call: Call) -> Self {
        Self { id, call, whom: None, caller: None, counted: BTreeMap::new() }
    }

    /// Takes what happened, sends the webhooks that follow, and tells every page. Gives the call as they are shown it.
    pub(super) async fn input(&mut self, phone: &Phone, input: Input) -> Result<Value, NotNow> {
        self.call.input(input, phone.clock.now())?;
        Ok(self.settle(phone).await)
    }

    /// Sends webhooks until the call waits for a person, and tells every page.
    pub(super) async fn settle(&mut self, phone: &Phone) -> Value {
        while let Some(request) = self.call.webhook().cloned() {
            self.publish(phone);
            self.whom = self.whom_about(phone, &request).or(self.whom.take());
            let before = self.item(phone).await.ok().flatten();
            let mut reply = phone.gateway.send(&request).await;
            if phone.provider_retries() {
                // As after a reply that was lost on the way.
                reply = phone.gateway.send(&request).await;
            }
            if self.call.input(Input::Reply(reply), phone.clock.now()).is_err() {
                break;
            }
            self.look_at_caller(phone, before.as_ref()).await;
        }
        self.publish(phone)
    }

    /// Posts a transcription, and notes what came back.
    pub(super) async fn post(&mut self, phone: &Phone, index: usize) -> Result<Value, NotNow> {
        let request = self.call.postback(index, phone.clock.now())?;
        let reply = phone.gateway.send(&request).await;
        self.call.posted(index, request, Some(reply), phone.clock.now());
        Ok(self.publish(phone))
    }

    /// Tells every page how the call is now.
    pub(super) fn publish(&self, phone: &Phone) -> Value {
        let call = view::call(phone, self);
        phone.publish("call", &call);
        call
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
                self.whose_pin(phone, &results)
            }
            // The answers before this one are sealed in the URL.
            Provider::Twiml => self.whose_pin(phone, &self.call.results(now)?),
            Provider::WixAnswers => {
                let user = UserId::parse(&setting.user.as_ref()?.id, flow.identifier).ok()?;
                Some(CallerId { realm: flow.realm.clone(), user })
            }
        }
    }

    /// Whose PIN an IVR with these results asks for.
    fn whose_pin(&self, phone: &Phone, results: &Results) -> Option<CallerId> {
        let setting = self.call.setting();
        let (keys, now) = (phone.gateway.app.hasher.keys(), phone.clock.now());
        match Engine::new(&setting.flow, results, keys, &setting.closures, now).plan() {
            Ok(Plan::Attempt(attempt)) => Some(attempt.caller),
            _ => None,
        }
    }

    async fn item(&self, phone: &Phone) -> Result<Option<CallerItem>, StoreError> {
        match &self.whom {
            Some(whom) => phone.store.caller(whom).await,
            None => Ok(None),
        }
    }

    /// Looks at the caller's item, and whether the last webhook has counted an attempt there.
    async fn look_at_caller(&mut self, phone: &Phone, before: Option<&CallerItem>) {
        // What can't be read is shown as it was.
        let (Some(whom), Ok(item)) = (&self.whom, self.item(phone).await) else { return };
        let lockout = &self.call.setting().flow.lockout;
        self.caller = Some(view::caller(whom, item.as_ref(), lockout, phone.clock.now()));
        let webhook = self.call.events().iter().rposition(|(_, event)| matches!(event, Event::Webhook(_)));
        if let (Some(before), Some(item), Some(number)) = (before, item, webhook)
            && (before.attempts, before.last_at) != (item.attempts, item.last_at)
        {
            self.counted.insert(number, Counted { attempts: item.attempts, limit: lockout.attempts() });
        }
    }
}
