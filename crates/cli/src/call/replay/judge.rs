//! Whether a changed flow answers a recorded visit as it was answered then.

use super::{
    answered::Answered,
    closed::ClosedThen,
    reads::Reads,
    tally::{Difference, Tally, Unjudged, Verdict},
    visit::{Presence, Visit},
};
use crate::call::record::{CallRecord, VisitRecord};
use rand::Rng as _;
use ringbolt_core::{
    call::{self, Answer, CallState, Engine, Plan, Undecidable},
    dialects::dialogtech::{self, Request},
    flow::{Flow, Ivr, Step, fields::STATE, hours::Closures},
    pin::PinKeys,
};
use std::{collections::BTreeMap, sync::Arc};

/// The changed flow, and what it is judged by.
pub(super) struct Judge<'f> {
    pub(super) changed: &'f Flow,
    /// The flow that answered then, if it is known.
    pub(super) before: Option<&'f Flow>,
    /// Keys that no state was signed with: who was verified in a call is never taken from a record.
    keys: PinKeys,
    closed: ClosedThen,
}

/// An answer of a flow to a visit, and which rule gave it.
pub(super) struct Decided {
    pub(super) answered: Answered,
    /// `rule 2 on line 18`, or what kept the flow from answering.
    pub(super) rule: String,
}

impl<'f> Judge<'f> {
    /// # Errors
    /// The keys cannot be made.
    pub(super) fn new(changed: &'f Flow, before: Option<&'f Flow>, closed: ClosedThen) -> anyhow::Result<Self> {
        let mut random = rand::rng();
        let key: String = (0..PinKeys::MIN_CHARS).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect();
        let keys = PinKeys::from_json(&serde_json::json!({ "current": key }).to_string())?;
        Ok(Self { changed, before, keys, closed })
    }

    /// Judges the visits of a call to an IVR, or to each of its IVRs. Each run through an IVR counts once: by its first
    /// difference, or else by the first visit that cannot be judged.
    pub(super) fn call(&self, response_id: &str, call: &CallRecord, ivr_id: Option<&str>, tally: &mut Tally) {
        let number = call.number(false);
        let is_meant = |visit: &&VisitRecord| {
            visit.flow == self.changed.name.as_str() && ivr_id.is_none_or(|id| visit.ivr_id == id)
        };
        let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
        for visit in call.visits.iter().filter(is_meant) {
            let next = self.visit(visit);
            match (verdicts.get(visit.ivr_id.as_str()), &next) {
                (Some(Verdict::Elsewhere(_)), _) => {}
                (Some(Verdict::Unjudged(_)), Verdict::Same | Verdict::Unjudged(_)) => {}
                _ => drop(verdicts.insert(&visit.ivr_id, next)),
            }
        }
        for verdict in verdicts.into_values() {
            tally.count(response_id, verdict, |text| number.hide_in(text));
        }
    }

    /// Judges one visit.
    pub(super) fn visit(&self, record: &VisitRecord) -> Verdict {
        if record.is_twiml() {
            return Verdict::Unjudged(Unjudged::Twiml);
        }
        let Some(visit) = Visit::of(record) else { return Verdict::Unjudged(Unjudged::Unreadable) };
        let request = visit.request(self.changed, &[]);
        let step = ended(self.changed, &request).and_then(|ivr| ivr.step.as_ref());
        let asked_pin = self.before.is_some_and(|flow| {
            let request = visit.request(flow, &[]);
            matches!(ended(flow, &request).and_then(|ivr| ivr.step.as_ref()), Some(Step::VerifyPin(_)))
        });
        let Some(sent) = &record.answered else {
            let asks_pin = asked_pin || matches!(step, Some(Step::VerifyPin(_)));
            return Verdict::Unjudged(if asks_pin { Unjudged::PinQuestion } else { Unjudged::NoAnswer });
        };
        if visit.hides_field_of(self.changed) {
            return Verdict::Unjudged(Unjudged::Redacted);
        }
        let sent = Answered::read(sent);
        let now = match step {
            Some(Step::VerifyPin(_)) => self.pin_question(&visit, &sent),
            step => self.rules(&visit, &request, step),
        };
        match now {
            Err(unjudged) => Verdict::Unjudged(unjudged),
            Ok(now) if now.answered == sent => Verdict::Same,
            Ok(now) => Verdict::Elsewhere(Box::new(self.difference(record, &request, &sent, now))),
        }
    }

    /// What the changed flow answers after an IVR without a PIN question.
    fn rules(&self, visit: &Visit<'_>, request: &Request, step: Option<&Step>) -> Result<Decided, Unjudged> {
        if let Some(step) = step {
            let reads = Reads::of(step);
            self.readable(&reads, visit, request)?;
            let claims = request.pass_through.get(STATE).and_then(CallState::claimed).is_some();
            if reads.caller && claims {
                return Err(Unjudged::Caller);
            }
        }
        let closures = self.closures(visit);
        let engine = self.engine(self.changed, request, &closures, visit);
        let decided = match engine.plan() {
            Ok(Plan::Answer(answer)) => Ok(answer),
            // Without a state that it believes, the engine neither looks a caller up nor makes an attempt here.
            Ok(Plan::LookUp { .. } | Plan::Attempt(_)) => return Err(Unjudged::Caller),
            Err(undecidable) => Err(undecidable),
        };
        Ok(decide(self.changed, request, decided))
    }

    /// Whether the record has what rules read.
    pub(super) fn readable(&self, reads: &Reads, visit: &Visit<'_>, request: &Request) -> Result<(), Unjudged> {
        match reads.presence(visit, |key| request.pass_through.get(key).is_some()) {
            Presence::Kept => Ok(()),
            Presence::Redacted => Err(Unjudged::Redacted),
            Presence::Missing => Err(Unjudged::Missing),
        }
    }

    pub(super) fn closures(&self, visit: &Visit<'_>) -> Arc<Closures> {
        self.closed.at(visit.record.at)
    }

    pub(super) fn engine<'a>(
        &'a self,
        flow: &'a Flow,
        request: &'a Request,
        closures: &'a Arc<Closures>,
        visit: &Visit<'_>,
    ) -> Engine<'a> {
        Engine::new(flow, &request.results, &self.keys, closures, visit.record.at)
    }

    fn difference(&self, record: &VisitRecord, request: &Request, sent: &Answered, now: Decided) -> Difference {
        let ivr = ended(self.changed, request).map_or_else(|| record.ivr_id.clone(), |ivr| ivr.name.to_string());
        let changed = sent.changed(&now.answered);
        let example = (!changed.is_empty()).then(|| (sent.parts(&changed), now.answered.parts(&changed)));
        Difference {
            ivr,
            rule: now.rule,
            old: sent.destination(self.before.unwrap_or(self.changed)),
            new: now.answered.destination(self.changed),
            changed,
            example,
        }
    }
}

/// The IVR of a flow whose results a request brings.
pub(super) fn ended<'f>(flow: &'f Flow, request: &Request) -> Option<&'f Ivr> {
    flow.ivrs.get(request.results.ended.ivr()?)
}

/// An answer as it would be sent: the flow's fallback if it has none.
pub(super) fn decide(flow: &Flow, request: &Request, decided: Result<Answer, Undecidable>) -> Decided {
    let (answer, rule) = match decided {
        Ok(answer) => {
            let rule = match answer.reason.as_ref().map(|reason| (reason.rule.number, reason.rule.outcome, reason.line))
            {
                Some((Some(number), Some(outcome), line)) => format!("`{outcome}`, rule {number} on line {line}"),
                Some((Some(number), None, line)) => format!("rule {number} on line {line}"),
                Some((None, Some(outcome), line)) => format!("no rule for `{outcome}`, line {line}"),
                Some((None, None, line)) => format!("no rule holds, line {line}"),
                None => "the fallback".to_owned(),
            };
            (answer, rule)
        }
        Err(undecidable) => (call::fallback(flow, &request.results), format!("the fallback: {undecidable}")),
    };
    let written = dialogtech::write(&answer, flow, &request.pass_through);
    Decided { answered: Answered::read(written.as_str()), rule }
}
