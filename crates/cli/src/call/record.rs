//! A call, read from its stored items.

use super::number::CallingNumber;
use crate::twiml_document::TwimlDocument;
use ringbolt_core::{call::record::fields, time::EpochMs};
use ringbolt_dynamodb::call_list::is_expired;
use serde_json::Value;
use std::{collections::BTreeMap, ops::Range};

/// An item in the table of calls.
pub(super) type StoredItem = BTreeMap<String, Value>;

/// The stored data of one respondent's run through an IVR.
#[derive(Clone, Debug, Default)]
pub(super) struct CallRecord {
    /// The requests after an IVR had ended, in order.
    pub(super) visits: Vec<VisitRecord>,
    /// The transcriptions, by IVR and question.
    pub(super) transcripts: Vec<TranscriptRecord>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct VisitRecord {
    pub(super) at: EpochMs,
    /// The time of the item that it is in: its own, or the first one's of those that an earlier version kept together.
    pub(super) listed_at: EpochMs,
    pub(super) ivr_id: String,
    pub(super) flow: String,
    pub(super) told: Value,
    /// The answer. `None` if it was not stored in time, and for PIN questions that earlier versions recorded.
    pub(super) answered: Option<String>,
    /// How it ended, in a word of the log.
    pub(super) outcome: Option<String>,
    /// The version of the flow that answered: a number, or `file`.
    pub(super) version: Option<String>,
    /// The IVR's name in the flow.
    pub(super) ivr: Option<String>,
    /// The id of the rule that decided.
    pub(super) rule: Option<String>,
    /// The line of the flow that decided or failed.
    pub(super) line: Option<u64>,
    /// Which rule answered, or why the fallback did.
    pub(super) why: Option<String>,
    /// The kind of failure that led to the fallback.
    pub(super) failed: Option<String>,
    /// Whether a duress PIN was keyed.
    pub(super) duress: bool,
}

#[derive(Clone, Debug)]
pub(super) struct TranscriptRecord {
    pub(super) ivr_id: String,
    pub(super) question: String,
    pub(super) flow: String,
    pub(super) present: Revision,
    /// The superseded revisions, oldest first.
    pub(super) earlier: Vec<Revision>,
}

#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub(super) at: EpochMs,
    pub(super) fields: Value,
}

impl TranscriptRecord {
    /// Reads a stored item. `None` if Ringbolt did not write it.
    pub(super) fn read(item: &StoredItem) -> Option<Self> {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let (ivr_id, question) = text("sk").strip_prefix("transcript#")?.split_once('#')?;
        let present = Revision { at: EpochMs(item.get("at")?.as_i64()?), fields: item.get("fields")?.clone() };
        let earlier = item.get("revisions").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            ivr_id: ivr_id.to_owned(),
            question: question.to_owned(),
            flow: text("flow").to_owned(),
            present,
            earlier: earlier.filter_map(Revision::read).collect(),
        })
    }
}

impl Revision {
    /// Whether a TwiML provider sent it.
    pub(super) fn is_twiml(&self) -> bool {
        fields::are_of_twiml(&self.fields)
    }

    fn read(item: &Value) -> Option<Self> {
        Some(Self { at: EpochMs(item.get("at")?.as_i64()?), fields: item.get("fields")?.clone() })
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl CallRecord {
    /// Reads the items of a call. Expired items are skipped, because DynamoDB deletes them days late.
    pub(super) fn read(items: &[StoredItem], now: EpochMs) -> Self {
        let mut record = Self::default();
        for item in items.iter().filter(|item| !is_expired(item, now)) {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            let (sk, flow) = (text("sk"), text("flow"));
            if let Some((ivr_id, _)) = sk.strip_prefix("visit#").and_then(|of| of.split_once('#')) {
                let whole = Value::Object(item.clone().into_iter().collect());
                record.visits.extend(VisitRecord::read(ivr_id, flow, &whole, None));
            } else if let Some(ivr_id) = sk.strip_prefix("result#") {
                // Earlier versions kept all visits to an IVR in one item.
                let visits = item.get("visits").and_then(Value::as_array).into_iter().flatten();
                let at = item.get("at").and_then(Value::as_i64);
                record.visits.extend(visits.filter_map(|visit| VisitRecord::read(ivr_id, flow, visit, at)));
            } else {
                record.transcripts.extend(TranscriptRecord::read(item));
            }
        }
        record.visits.sort_by_key(|visit| visit.at);
        record
    }

    /// Whether this is the one item under which a list shows the call: its latest visit in the span that had the outcome,
    /// if one is given. Only a call without any visit is shown under its latest transcription. `ivr` is the IVR whose
    /// calls are listed.
    pub(super) fn is_listed_at(
        &self,
        at: EpochMs,
        is_transcript: bool,
        (ivr, outcome): (Option<&str>, Option<&str>),
        span: &Range<EpochMs>,
    ) -> bool {
        let had = |visit: &&VisitRecord| outcome.is_none() || visit.outcome.as_deref() == outcome;
        let is_here = |ivr_id: &str, at: &EpochMs| ivr.is_none_or(|ivr| ivr == ivr_id) && span.contains(at);
        let latest = if is_transcript {
            let texts = self.transcripts.iter().filter(|text| is_here(&text.ivr_id, &text.present.at));
            texts.map(|text| text.present.at).max().filter(|_| self.visits.is_empty() && outcome.is_none())
        } else {
            // Earlier versions indexed a call under its first visit.
            let visits = self.visits.iter().filter(had).filter(|visit| is_here(&visit.ivr_id, &visit.listed_at));
            visits.map(|visit| visit.listed_at).max()
        };
        latest == Some(at)
    }

    /// The time of the first visit or transcription.
    pub(super) fn began(&self) -> Option<EpochMs> {
        let texts = self.transcripts.iter().map(|text| text.earlier.first().map_or(text.present.at, |first| first.at));
        self.visits.iter().map(|visit| visit.at).chain(texts).min()
    }

    /// The time of the last visit or transcription.
    pub(super) fn ended(&self) -> Option<EpochMs> {
        self.visits.iter().map(|visit| visit.at).chain(self.transcripts.iter().map(|text| text.present.at)).max()
    }

    /// The flow that answered, and the IVR.
    pub(super) fn flow_and_ivr(&self) -> (&str, &str) {
        let of_visit = self.visits.first().map(|visit| (visit.flow.as_str(), visit.ivr_id.as_str()));
        let of_text = self.transcripts.first().map(|text| (text.flow.as_str(), text.ivr_id.as_str()));
        of_visit.or(of_text).unwrap_or_default()
    }

    /// The calling number.
    pub(super) fn number(&self, full: bool) -> CallingNumber {
        CallingNumber::new(self.of_the_call().find_map(fields::calling_number), full)
    }

    /// The call that this run belongs to (`ivr_session_id`, `CallSid`).
    pub(super) fn session(&self) -> Option<&str> {
        self.of_the_call().find_map(fields::session)
    }

    /// What the provider said about the call: with each visit, and TwiML's with each transcription.
    fn of_the_call(&self) -> impl Iterator<Item = &Value> {
        let of_visits = self.visits.iter().filter_map(|visit| visit.told.get("call"));
        of_visits.chain(self.transcripts.iter().map(|text| &text.present.fields))
    }
}

impl VisitRecord {
    fn read(ivr_id: &str, flow: &str, visit: &Value, listed_at: Option<i64>) -> Option<Self> {
        let at = visit.get("at")?.as_i64()?;
        let text = |name: &str| visit.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            at: EpochMs(at),
            listed_at: EpochMs(listed_at.unwrap_or(at)),
            ivr_id: ivr_id.to_owned(),
            flow: flow.to_owned(),
            told: visit.get("told").cloned().unwrap_or_default(),
            answered: text("answered"),
            outcome: text("outcome"),
            version: text("version"),
            ivr: text("ivr"),
            rule: text("rule"),
            line: visit.get("line").and_then(Value::as_u64),
            why: text("why"),
            failed: text("failed"),
            duress: visit.get("duress").and_then(Value::as_bool).unwrap_or_default(),
        })
    }

    /// Whether a TwiML provider sent it.
    pub(super) fn is_twiml(&self) -> bool {
        self.told.get("call").is_some_and(fields::are_of_twiml)
    }

    /// The answer in one word: the app, or `say` if a text was read. `None` if no answer is stored.
    pub(super) fn action(&self) -> Option<&str> {
        let answer = self.answered.as_deref()?;
        if let Some(document) = TwimlDocument::read(answer) {
            return Some(document.app());
        }
        let app = answer.split_once("<app>").and_then(|(_, rest)| rest.split_once("</app>"));
        Some(app.map_or("say", |(app, _)| app))
    }

    /// A group of what the provider sent: `call`, `source` or `answers`. Empty if it is missing.
    pub(super) fn sent(&self, group: &str) -> BTreeMap<String, Value> {
        let fields = self.told.get(group).and_then(Value::as_object);
        fields.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn items(value: Value) -> Vec<StoredItem> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn visits_of_both_shapes_and_transcriptions_are_read_and_expired_items_are_skipped() {
        let stored = items(json!([
            { "pk": "call#r-1", "sk": "also#12345#digest", "who": "reference", "at": 7, "expires_at": 101 },
            { "pk": "call#r-1", "sk": "visit#12345#digest", "flow": "demo", "at": 7, "expires_at": 101, "told": {},
              "answered": "Hello", "outcome": "said", "why": "greeting, rule 1 on line 7" },
            { "pk": "call#r-1", "sk": "result#12345", "flow": "demo", "expires_at": 101, "visits": [
                { "at": 5, "told": { "call": { "ivr_caller_id": ["18005550142", "x"], "ivr_session_id": "s-1" } } },
                { "at": 3, "told": {}, "answered": "<action><app>hangup</app></action>" },
            ] },
            { "pk": "call#r-1", "sk": "transcript#12345#2", "flow": "demo", "at": 9, "expires_at": 101,
              "fields": { "text": "b" }, "revisions": [{ "at": 2, "fields": { "text": "a" } }] },
            { "pk": "call#r-1", "sk": "transcript#12345#3", "flow": "demo", "at": 1, "expires_at": 100,
              "fields": { "text": "c" }, "revisions": [] },
        ]));
        let call = CallRecord::read(&stored, EpochMs(100_000));
        let visits: Vec<_> = call.visits.iter().map(|visit| (visit.at.0, visit.action())).collect();
        assert_eq!(visits, [(3, Some("hangup")), (5, None), (7, Some("say"))]);
        assert_eq!(call.visits[2].why.as_deref(), Some("greeting, rule 1 on line 7"));
        assert_eq!(call.transcripts.len(), 1);
        assert_eq!((call.began(), call.ended()), (Some(EpochMs(2)), Some(EpochMs(9))));
        assert_eq!((call.number(false).shown().as_str(), call.session()), ("...0142", Some("s-1")));
        assert_eq!(CallRecord::read(&stored, EpochMs(101_000)).began(), None);
    }
}
