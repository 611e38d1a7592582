//! Printing what a replay found.

use super::tally::{Tally, Unjudged};
use crate::output::{Output, Tone, harmless};
use indicatif::HumanCount;
use ringbolt_core::flow::Flow;
use serde_json::{Map, Value, json};

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

fn document(flow: &Flow, day: &str, tally: &Tally) -> Value {
    let reasons: Map<String, Value> =
        tally.unjudged.iter().map(|(why, count)| (why.word().to_owned(), (*count).into())).collect();
    let differences = tally.by_frequency().into_iter().map(|(difference, group)| {
        let example = group.example.as_ref().map(|(old, new)| json!({ "old": old, "new": new }));
        json!({
            "ivr": difference.ivr,
            "rule": difference.rule,
            "old": difference.old,
            "new": difference.new,
            "changed": difference.changed,
            "example": example,
            "calls": group.calls,
            "response_ids": group.ids,
        })
    });
    json!({
        "flow": flow.name.as_str(),
        "day": day,
        "calls": tally.calls(),
        "elsewhere": tally.elsewhere,
        "same": tally.same,
        "cannot_be_told": tally.cannot_be_told(),
        "reasons": reasons,
        "differences": differences.collect::<Vec<_>>(),
        "other_differences": tally.ungrouped,
    })
}
