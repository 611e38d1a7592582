//! Printing what a replay found.

use super::tally::{Tally, Unjudged};
use crate::output::{Output, Tone, harmless};
use indicatif::HumanCount;
use ringbolt_core::flow::Flow;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// # Errors
/// The document cannot be serialised.
pub(super) fn print(out: Output, flow: &Flow, day: &str, tally: &Tally, knows_before: bool) -> anyhow::Result<()> {
    if out.json() {
        return out.document(&document(flow, day, tally));
    }
    let (calls, told) = (tally.calls(), tally.same + tally.elsewhere);
    if calls == 0 {
        out.say(&format!("No calls of the flow `{}` on {day}.", flow.name));
        return Ok(());
    }
    let number = |count: u64| HumanCount(count).to_string();
    let headline = format!("{} of {} calls would go elsewhere", number(tally.elsewhere), number(calls));
    out.say(&format!(
        "{} on {day}; {} would go where they went, and {} cannot be told.",
        out.paint(Tone::Strong, &headline),
        number(tally.same),
        number(tally.cannot_be_told())
    ));
    for (difference, group) in tally.by_frequency() {
        out.say("");
        let title = format!("IVR {}, {}: {} calls", difference.ivr, difference.rule, number(group.calls));
        out.say(&out.paint(Tone::Strong, &harmless(&title)));
        if difference.changed.is_empty() {
            out.say(&format!("  {} -> {}", harmless(&difference.old), harmless(&difference.new)));
        } else {
            out.say(&format!(
                "  {}, with another {}",
                harmless(&difference.new),
                harmless(&difference.changed.join(", "))
            ));
        }
        if let Some((old, new)) = &group.example {
            out.say(&format!("  {} -> {}", harmless(old), harmless(new)));
        }
        out.say(&format!("  such as {}", harmless(&group.ids.join(", "))));
    }
    if tally.ungrouped > 0 {
        out.say(&format!("\n{} more calls would go elsewhere for other reasons.", number(tally.ungrouped)));
    }
    if told < calls {
        out.say("\nCannot be told:");
        for (why, count) in &tally.unjudged {
            out.say(&format!("  {:>7}  {}", number(*count), why.reason()));
        }
    }
    if !knows_before && tally.unjudged.contains_key(&Unjudged::PinQuestion) {
        out.note("With --against FILE, the flow that answered then, some PIN questions can be judged.");
    }
    Ok(())
}

/// What `call replay --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReplayReport {
    /// The flow.
    flow: String,
    /// The day in this machine's time zone, with the zone's name.
    day: String,
    /// The number of runs through IVRs that were replayed.
    calls: u64,
    /// The number of those that would go elsewhere.
    calls_elsewhere: u64,
    /// The number of those that would go where they went.
    calls_same: u64,
    /// The number of those about which nothing can be told.
    calls_not_told: u64,
    /// The same number by reason.
    reasons: BTreeMap<&'static str, u64>,
    /// What would differ, the most frequent first.
    differences: Vec<ReplayDifference>,
    /// The number of calls that would go elsewhere for other reasons than these.
    other_calls: u64,
}

/// Calls that would go elsewhere for the same reason.
#[derive(Debug, Serialize, JsonSchema)]
struct ReplayDifference {
    /// The IVR's name in the changed flow, or else its id.
    ivr: String,
    /// The rule of the changed flow that decided, in words.
    rule: String,
    /// Where the calls went.
    old: String,
    /// Where they would go.
    new: String,
    /// The parameters that differ if the destination does not.
    changed: Vec<String>,
    /// What these parameters said and would say, in one of the calls.
    example: Option<ReplayExample>,
    /// The number of calls.
    calls: u64,
    /// The ids of the first few.
    response_ids: Vec<String>,
}

/// What differs in one call.
#[derive(Debug, Serialize, JsonSchema)]
struct ReplayExample {
    /// What was answered.
    old: String,
    /// What would be answered.
    new: String,
}

fn document(flow: &Flow, day: &str, tally: &Tally) -> ReplayReport {
    let differences = tally.by_frequency().into_iter().map(|(difference, group)| ReplayDifference {
        ivr: difference.ivr.clone(),
        rule: difference.rule.clone(),
        old: difference.old.clone(),
        new: difference.new.clone(),
        changed: difference.changed.clone(),
        example: group.example.clone().map(|(old, new)| ReplayExample { old, new }),
        calls: group.calls,
        response_ids: group.ids.clone(),
    });
    ReplayReport {
        flow: flow.name.to_string(),
        day: day.to_owned(),
        calls: tally.calls(),
        calls_elsewhere: tally.elsewhere,
        calls_same: tally.same,
        calls_not_told: tally.cannot_be_told(),
        reasons: tally.unjudged.iter().map(|(why, count)| (why.word(), *count)).collect(),
        differences: differences.collect(),
        other_calls: tally.ungrouped,
    }
}
