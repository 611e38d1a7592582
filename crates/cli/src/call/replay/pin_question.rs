//! What a changed flow answers after a PIN question. No attempt is made: the outcome is the one under whose rules the
//! earlier flow gives the recorded answer.

use super::{
    answered::Answered,
    judge::{Decided, Judge, decide, ended},
    reads::Reads,
    tally::Unjudged,
    visit::Visit,
};
use ringbolt_core::{
    attempt::AuthOutcome,
    call::Plan,
    flow::{Flow, Step},
    outcome::Outcome,
};

/// The outcomes that an answer reveals. `verified` is not among them: its answer depends on the caller.
const OUTCOMES: [Outcome; 5] =
    [Outcome::Unanswered, Outcome::TooManyAttempts, Outcome::Unknown, Outcome::Wrong, Outcome::Locked];

/// Keyed in place of what was not kept, so that the engine sees an attempt. It is compared with nothing.
const PLACEHOLDER: &str = "0";

impl Judge<'_> {
    /// # Errors
    /// Why the outcome, and with it the answer, cannot be told.
    pub(super) fn pin_question(&self, visit: &Visit<'_>, sent: &Answered) -> Result<Decided, Unjudged> {
        let before = self.before.ok_or(Unjudged::PinQuestion)?;
        let completed = visit.request(before, &[]).results.completed;
        let mut answers = Vec::new();
        let known = visit.record.outcome.as_deref().and_then(Outcome::parse).map(branch_of);
        for outcome in OUTCOMES.into_iter().filter(|outcome| known.is_none_or(|known| known == *outcome)) {
            // The webhook also comes when the caller hangs up, which is no attempt.
            let possible =
                completed != Some(false) || matches!(outcome, Outcome::Unanswered | Outcome::TooManyAttempts);
            let then = if possible { self.under(before, visit, outcome)? } else { None };
            if then.is_some_and(|then| then.answered == *sent) {
                answers.push(self.under(self.changed, visit, outcome)?.ok_or(Unjudged::PinQuestion)?);
            }
        }
        let Some(first) = answers.pop() else { return Err(Unjudged::PinQuestion) };
        // Two outcomes had one answer. That says nothing, unless they have one answer again.
        if answers.iter().any(|other| other.answered != first.answered) {
            return Err(Unjudged::PinQuestion);
        }
        Ok(answers.into_iter().next().unwrap_or(first))
    }

    /// What a flow answers under an outcome. `None` if what was keyed cannot have this outcome.
    fn under(&self, flow: &Flow, visit: &Visit<'_>, outcome: Outcome) -> Result<Option<Decided>, Unjudged> {
        let request = visit.request(flow, &[]);
        let Some(Step::VerifyPin(verify)) = ended(flow, &request).and_then(|ivr| ivr.step.as_ref()) else {
            return Err(Unjudged::PinQuestion);
        };
        let reads = Reads::of(&Step::VerifyPin(verify.clone()));
        self.readable(&reads, visit, &request)?;
        let mut added = Vec::new();
        for name in verify.user_answers().into_iter().chain(verify.pin_answers()) {
            let is_known = request.results.answers.get(&name).is_some();
            if !is_known && reads.answer(&name) {
                return Err(Unjudged::Missing);
            }
            if !is_known {
                added.push((name, PLACEHOLDER.to_owned()));
            }
        }
        let mut request = visit.request(flow, &added);
        request.results.completed = Some(outcome != Outcome::Unanswered);
        let closures = self.closures(visit);
        let engine = self.engine(flow, &request, &closures, visit);
        let decided = match (engine.plan(), outcome) {
            (Ok(Plan::Answer(answer)), Outcome::Unanswered) => Ok(answer),
            // What was kept of the user cannot be a user id.
            (Ok(Plan::Answer(answer)), Outcome::Unknown) if answer.outcome == outcome => Ok(answer),
            (Err(undecidable), _) => Err(undecidable),
            (Ok(Plan::Attempt(attempt)), Outcome::TooManyAttempts) => {
                engine.answer_without_attempt(&attempt, attempt.try_number)
            }
            (Ok(Plan::Attempt(attempt)), outcome) => {
                let outcome = match outcome {
                    Outcome::Wrong => AuthOutcome::Wrong { attempts: 1, locks: false },
                    Outcome::Locked => AuthOutcome::Locked { until: None },
                    _ => AuthOutcome::Unknown { locks: false },
                };
                engine.answer_attempt(&attempt, &outcome, None)
            }
            _ => return Ok(None),
        };
        Ok(Some(decide(flow, &request, decided)))
    }
}

/// The outcome under whose rules a recorded outcome was answered.
fn branch_of(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::HungUp => Outcome::Unanswered,
        Outcome::Suspended => Outcome::Locked,
        outcome => outcome,
    }
}
