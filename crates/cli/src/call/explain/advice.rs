//! What to change, or to do next, after an answer.

use super::{
    flows::KnownFlow,
    step::{Step, Webhook},
    words::ivr_in_words,
};
use ringbolt_core::{
    call::Why,
    flow::{Owner, Step as FlowStep},
    outcome::Outcome,
};

/// One sentence or more; `None` if all went as the flow says. `deployment` names it in commands, such as ` --local`.
pub(super) fn advice(step: &Step, flow: Option<&KnownFlow>, deployment: &str) -> Option<String> {
    if let Some(kind) = &step.failed {
        return Some(format!("What to change: {}", of_failure(kind, step, flow, deployment)));
    }
    if step.has_no_rule() {
        let outcome = step.outcome.map_or_else(String::new, |outcome| format!(" for `{outcome}`"));
        let ivr = ivr_in_words(step, flow);
        return Some(format!("What to change: give {ivr} a rule{outcome} in the flow, or leave it to the fallback."));
    }
    match step.outcome? {
        Outcome::Locked | Outcome::TooManyAttempts => Some(format!(
            "What to do: `ringbolt caller show {0}` says whether and until when the account is locked, and `ringbolt caller \
             unlock {0}` unlocks it. An account that does not exist locks, too, and only time ends that lock.",
            who(step, flow, deployment)
        )),
        Outcome::Suspended => Some(format!(
            "What to do: an administrator suspended this account; `ringbolt caller resume {}` reactivates it.",
            who(step, flow, deployment)
        )),
        Outcome::Unknown if step.webhook != Webhook::Auth => Some(format!(
            "What to do: if this caller should be known, `ringbolt pin set {}` enrols them.",
            who(step, flow, deployment)
        )),
        _ => None,
    }
}

/// The arguments that name the caller, as far as the record tells.
fn who(step: &Step, flow: Option<&KnownFlow>, deployment: &str) -> String {
    let user = flow.and_then(|flow| match &flow.ivr_of(step)?.step {
        Some(FlowStep::VerifyPin(verify)) => match &verify.owner {
            Owner::User(user) => user.source().trim().strip_prefix("{{ answers.")?.strip_suffix(" }}"),
            Owner::Shared(_) => None,
        },
        _ => None,
    });
    let (kept, _) = step.answers();
    let value = user.and_then(|user| kept.iter().find(|(name, _)| *name == user)).map(|(_, value)| value.as_str());
    let plain = |value: &&str| !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric());
    let realm = flow.map_or("REALM", |flow| flow.flow.realm.as_str());
    format!("{} --realm {realm}{deployment}", value.filter(plain).unwrap_or("USER"))
}

fn of_failure(kind: &str, step: &Step, flow: Option<&KnownFlow>, deployment: &str) -> String {
    let checks = format!("nothing in the flow. `ringbolt doctor{deployment}` checks the deployment");
    match kind {
        "deadline" => {
            "nothing in the flow: no answer was ready in time. If it happens again, look at the latency of the \
                       function and of DynamoDB at that time, and deploy with more MemorySize or a longer DeadlineMs."
                .to_owned()
        }
        "unavailable" => format!(
            "nothing in the flow. If it happens again, run `ringbolt doctor{deployment}`, and look at AWS's service health \
             at that time."
        ),
        "throttled" => {
            "nothing in the flow: the tables had too many requests at that time. If it happens again, raise their \
                        limits in DynamoDB."
                .to_owned()
        }
        "denied" | "no-table" => {
            format!("{checks}: a permission or a table of the function is missing. Deploy the stack again.")
        }
        "template" => of_template(step),
        "flow" => of_flow(step, flow),
        "unreadable-request" => {
            "the settings of the webhook in the provider's portal: its request is not as the provider's \
                                 documentation describes it. A flow for DialogTech can answer requests without ivr_id \
                                 with `without_ivr_id`."
                .to_owned()
        }
        "hash" => {
            "nothing in the flow. The function had too little memory to compare a PIN: deploy with more MemorySize."
                .to_owned()
        }
        "unknown-key" | "unknown-hash" => {
            format!("{checks}. The caller's PIN is stored under a key or hash that the function does not know.")
        }
        "corrupt-item" => format!(
            "nothing in the flow. The stored account is damaged: set its PIN again with `ringbolt pin set {}`.",
            who(step, flow, deployment)
        ),
        "panic" | "task" => {
            "nothing in the flow: this is a fault in Ringbolt. Please report it with the time and the line of \
                             the log."
                .to_owned()
        }
        _ => format!("{checks}; the log has more about this time."),
    }
}

fn of_template(step: &Step) -> String {
    let line = step.line.map(|line| format!(" on line {line}")).unwrap_or_default();
    let reads = step.why.as_deref().and_then(|why| why.split('`').nth(1));
    match reads {
        Some(reads) if reads.starts_with("caller.") => format!(
            "`{reads}` is only known after a right PIN earlier in the same call. Put a rule before the one{line} for callers \
             who are not verified (`when: caller is not defined`), or lead to it only from `verified`."
        ),
        Some(reads) => format!("the text{line}: let it also work for calls in which `{reads}` has no such value."),
        None => {
            format!("the text{line}: it cannot be filled in for this call. `ringbolt flow check` shows what may fail.")
        }
    }
}

/// The beginning of the reason if a flow can't be played over TwiML.
const UNPLAYABLE: &str = "the flow cannot be played over TwiML";

fn of_flow(step: &Step, flow: Option<&KnownFlow>) -> String {
    let is = |why: Why| step.why.as_ref().is_some_and(|text| text.contains(&why.to_string()));
    let ivr = ivr_in_words(step, flow);
    if step.why.as_ref().is_some_and(|why| why.starts_with(UNPLAYABLE)) {
        return "what the flow lacks for TwiML: `ringbolt flow check --for twiml` names all of it, with its lines."
            .to_owned();
    }
    if let (Webhook::Voice, None, Some(id)) = (step.webhook, &step.ivr, &step.ivr_id) {
        return format!(
            "nothing, if the flow was changed during this call: the IVR {id}, to which the call had come, is no longer in it. \
             Later calls are not affected."
        );
    }
    if let (None, Some(id)) = (&step.ivr, &step.ivr_id) {
        return format!(
            "give one of the flow's IVRs `id: {id}`, or correct the webhook of that IVR in DialogTech's portal, so that it \
             names the right flow. `ringbolt flow check` and `ringbolt flow push` make the change live."
        );
    }
    if is(Why::NoNumber) {
        return format!("the numbers of the rule after {ivr}: at least one has to be a number of ten digits.");
    }
    if is(Why::NoStep) && step.webhook == Webhook::Voice {
        return format!("say in the flow what follows {ivr} (`do`, `rules`, `say` or `verify_pin`).");
    }
    if is(Why::NoStep) {
        return format!(
            "say in the flow what follows {ivr} (`do`, `rules`, `say` or `verify_pin`), or remove its webhook in \
             DialogTech's portal."
        );
    }
    if is(Why::NoRule) {
        return format!("add a last rule without `when` to {ivr}, for all other calls.");
    }
    "the URL of the webhook in the provider's portal: this flow does not answer this provider.".to_owned()
}
