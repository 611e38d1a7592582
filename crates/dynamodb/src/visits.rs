//! Stores what the next-action and the voice webhook received and answered: one item a visit, so that its cost does not
//! grow with the call. For TwiML, the id of a run is the `CallSid` with `-r` and the run's number, and the session id is the
//! `CallSid`.
//!
//! - `pk = call#<ivr_response_id>`, `sk = visit#<ivr_id>#<digest>`: the visit. Its time is an attribute
//!   and not a part of the key, because the provider's retry comes later and must find the same item.
//! - `sk = also#<ivr_id>#<digest>` in the same partition: a second caller whom the visit is about.
//! - `pk = session#<ivr_session_id>`, `sk = call#<ivr_response_id>`: which runs through IVRs belong to one call.

use crate::{
    Store, StoreError,
    error::was_written,
    item,
    ivr_day::ivr_day,
    tables::{AT, IVR_DAY, PK, SK, TTL, WHO},
};
use aws_sdk_dynamodb::{operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue};
use ringbolt_core::{outcome::Outcome, pin::CallerReference, time::EpochMs};
use std::{collections::BTreeMap, time::Duration};

/// One visit of a call to an IVR. Ids are parts of keys, as `ringbolt_core::call::ids::KeyPart` makes them.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// `ivr_response_id`.
    pub response_id: String,
    /// `ivr_id`.
    pub ivr_id: String,
    /// `ivr_session_id`, if the provider sent one.
    pub session_id: Option<String>,
    /// The flow that answered.
    pub flow: String,
    /// A keyed digest of what the provider sent, without PINs, which identifies the visit.
    pub digest: String,
    /// When it came in.
    pub at: EpochMs,
    /// What the provider sent, without PINs and tokens.
    pub told: serde_json::Value,
    /// Whom it is about.
    pub about: References,
}

/// Whom a visit is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// The caller who was named where a PIN was asked for, whatever the outcome.
    pub named: Option<CallerReference>,
    /// The caller who had been verified earlier in the call.
    pub verified: Option<CallerReference>,
}

/// What was answered, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// The document or text.
    pub answer: String,
    /// How the visit ended.
    pub outcome: Outcome,
    /// The version of the flow.
    pub version: Option<String>,
    /// The IVR's name in the flow.
    pub ivr: Option<String>,
    /// The id of the rule that decided, or that had been taken when something failed, such as `ivr:login/wrong/1`.
    pub rule: Option<String>,
    /// The line of the flow that decided or failed, from 1.
    pub line: Option<usize>,
    /// The reason in words: the rule, or why the fallback was answered.
    pub why: Option<String>,
    /// The kind of failure, if one led to the fallback.
    pub failed: Option<String>,
    /// Whether a duress PIN was keyed, and the flow asks for that to be told.
    pub duress: bool,
}

impl Store {
    /// Stores a visit with its answer. Repeating the same request changes nothing.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn record_visit(
        &self,
        visit: &Visit,
        answered: &Answered,
        retention: Duration,
    ) -> Result<(), StoreError> {
        let expires = item::n(visit.at.plus(retention).epoch_secs());
        let (written, linked, referred) = tokio::join!(
            self.write_visit(visit, answered, &expires),
            self.link_session(visit, &expires),
            self.refer_to_second(visit, &expires),
        );
        written.and(linked).and(referred)
    }

    async fn write_visit(
        &self,
        visit: &Visit,
        answered: &Answered,
        expires: &AttributeValue,
    ) -> Result<(), StoreError> {
        let mut values = BTreeMap::from([
            (AT, item::n(visit.at.0)),
            (IVR_DAY, item::s(ivr_day(&visit.ivr_id, visit.at, &visit.response_id))),
            (TTL, expires.clone()),
            ("flow", item::s(&visit.flow)),
            ("told", item::from_json(&visit.told)),
        ]);
        values.extend(
            visit.about.first().map(|(who, role)| [(WHO, who), ("who_is", item::s(role))]).into_iter().flatten(),
        );
        values.extend(answered.attributes());
        let set: Vec<String> = values.keys().map(|name| format!("#{name} = :{name}")).collect();
        let request = self
            .update_call(
                item::s(format!("call#{}", visit.response_id)),
                format!("visit#{}#{}", visit.ivr_id, visit.digest),
            )
            .update_expression(format!("SET {}", set.join(", ")))
            // A retry comes later and must not move the visit.
            .condition_expression("attribute_not_exists(pk)");
        let request = values.into_iter().fold(request, |request, (name, value)| {
            request
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value)
        });
        was_written(request.send().await).map(drop)
    }

    /// Links a call to one of its runs through IVRs, as storing a visit does: for a transcription of a run that never
    /// ended, which has no visit.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn link_run(
        &self,
        session_id: &str,
        response_id: &str,
        at: EpochMs,
        retention: Duration,
    ) -> Result<(), StoreError> {
        self.link(session_id, response_id, &item::n(at.plus(retention).epoch_secs())).await
    }

    async fn link_session(&self, visit: &Visit, expires: &AttributeValue) -> Result<(), StoreError> {
        let Some(session_id) = &visit.session_id else { return Ok(()) };
        self.link(session_id, &visit.response_id, expires).await
    }

    async fn link(&self, session_id: &str, response_id: &str, expires: &AttributeValue) -> Result<(), StoreError> {
        let request = self
            .update_call(session_key(session_id), format!("call#{response_id}"))
            .update_expression("SET #ttl = :expires")
            .condition_expression("attribute_not_exists(pk)")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":expires", expires.clone());
        was_written(request.send().await).map(drop)
    }

    async fn refer_to_second(&self, visit: &Visit, expires: &AttributeValue) -> Result<(), StoreError> {
        let Some(who) = visit.about.second() else { return Ok(()) };
        let request = self
            .update_call(
                item::s(format!("call#{}", visit.response_id)),
                format!("also#{}#{}", visit.ivr_id, visit.digest),
            )
            .update_expression("SET #who = :who, who_is = :role, #at = :at, #ttl = :expires")
            .condition_expression("attribute_not_exists(pk)")
            .expression_attribute_names("#who", WHO)
            .expression_attribute_names("#at", AT)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":who", who)
            .expression_attribute_values(":role", item::s("verified"))
            .expression_attribute_values(":at", item::n(visit.at.0))
            .expression_attribute_values(":expires", expires.clone());
        was_written(request.send().await).map(drop)
    }

    fn update_call(&self, pk: AttributeValue, sk: String) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.tables.calls).key(PK, pk).key(SK, item::s(sk))
    }
}

/// The key of a call's runs through IVRs.
pub(crate) fn session_key(session_id: &str) -> AttributeValue {
    item::s(format!("session#{session_id}"))
}

impl References {
    /// The caller under whom the visit itself is indexed, and what they are: `named`, `verified` or `both`.
    fn first(&self) -> Option<(AttributeValue, &'static str)> {
        let (who, role) = match (&self.named, &self.verified) {
            (Some(named), Some(verified)) if named == verified => (named, "both"),
            (Some(named), _) => (named, "named"),
            (None, Some(verified)) => (verified, "verified"),
            (None, None) => return None,
        };
        Some((item::s(who.as_str()), role))
    }

    /// The caller who was verified, if another one was named after that.
    fn second(&self) -> Option<AttributeValue> {
        let verified = self.verified.as_ref()?;
        let named = self.named.as_ref()?;
        (named != verified).then(|| item::s(verified.as_str()))
    }
}

impl Answered {
    fn attributes(&self) -> impl Iterator<Item = (&'static str, AttributeValue)> {
        let text = |name, value: &Option<String>| value.as_ref().map(|value| (name, item::s(value)));
        [
            Some(("answered", item::s(&self.answer))),
            Some(("outcome", item::s(self.outcome.word()))),
            self.duress.then(|| ("duress", AttributeValue::Bool(true))),
            text("version", &self.version),
            text("ivr", &self.ivr),
            text("rule", &self.rule),
            self.line.map(|line| ("line", item::n(line))),
            text("why", &self.why),
            text("failed", &self.failed),
        ]
        .into_iter()
        .flatten()
    }
}
