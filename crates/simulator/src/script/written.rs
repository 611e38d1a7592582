//! A call as an item of a file of scripted calls.

use super::{Deed, Does, Entry, ScriptedCall, ScriptedCaller, times::written as time};
use crate::setting::Provider;
use ringbolt_core::ani::Ani;
use ringbolt_core::flow::Flow;

/// A line among the steps.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// A step.
    Step(Does),
    /// What no step can say.
    Comment(String),
}

/// The call as an item of `calls:`, with these steps. The callers' PINs are left out, and made up when the script is
/// played.
pub(crate) fn written(begins: &ScriptedCall, flow: &Flow, title: &str, steps: &[Line]) -> String {
    let mut lines = vec![format!("  - call: {}", quoted(title))];
    let mut line = |key: &str, value: String| lines.push(format!("    {key}: {value}"));
    if Provider::of(flow).first() != Some(&begins.provider) {
        line("provider", begins.provider.word().to_owned());
    }
    line("from", calling(&begins.from));
    line("dials", quoted(&begins.dials));
    line("at", time(begins.starts_at, flow));
    if let Some(ivr) = &begins.begins {
        line("begins", ivr.to_string());
    }
    if let Some(user) = &begins.user {
        line("user", quoted(&user.id));
        if user.banned {
            line("banned", "true".to_owned());
        }
    }
    let mut portal = Vec::new();
    if begins.post {
        portal.push("post: true".to_owned());
    }
    if !begins.label.is_empty() {
        portal.push(format!("label: {}", quoted(&begins.label)));
    }
    if !portal.is_empty() {
        line("portal", format!("{{ {} }}", portal.join(", ")));
    }
    for (key, fields) in [("source", &begins.source), ("split", &begins.splits)] {
        if !fields.is_empty() {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {}", quoted(value))).collect();
            line(key, format!("{{ {} }}", fields.join(", ")));
        }
    }
    if !begins.callers.is_empty() {
        lines.push("    callers:".to_owned());
        lines.extend(begins.callers.iter().map(|one| format!("      - {}", caller(one))));
    }
    // A key without a list below it would be nothing.
    let is_empty = !steps.iter().any(|line| matches!(line, Line::Step(_)));
    lines.push(if is_empty { "    steps: []" } else { "    steps:" }.to_owned());
    lines.extend(steps.iter().map(|line| match line {
        Line::Step(does) => format!("      - {}", step(does)),
        Line::Comment(text) => format!("      # {text}"),
    }));
    lines.join("\n")
}

/// A calling number as a script has it. `00` in front of ten digits is how a list keeps what people write with a plus.
fn calling(from: &str) -> String {
    let number = Ani::parse(Some(from));
    match number.digits() {
        None => "withheld".to_owned(),
        Some(digits) if digits != number.as_str() => quoted(&format!("+{digits}")),
        Some(_) => quoted(from),
    }
}

fn caller(caller: &ScriptedCaller) -> String {
    let mut parts = vec![match caller.user.strip_prefix('#') {
        Some(name) => format!("shared: {}", quoted(name)),
        None => format!("user: {}", quoted(&caller.user)),
    }];
    if caller.suspended {
        parts.push("suspended: true".to_owned());
    }
    // JSON is YAML.
    parts.extend(caller.attributes.iter().map(|(name, value)| format!("{name}: {value}")));
    format!("{{ {} }}", parts.join(", "))
}

fn step(does: &Does) -> String {
    match does {
        Does::Hear(text) => format!("hear: {}", quoted(text)),
        Does::Whisper(text) => format!("whisper: {}", quoted(text)),
        Does::At(name) => format!("at: {name}"),
        Does::Clock(at) => format!("clock: {}", quoted(&super::times::written_in_utc(*at))),
        Does::Pass(span) => format!("pass: {}s", span.as_secs()),
        Does::Key(entries) => {
            let entry = |(name, entry): &(Option<String>, Entry)| match name {
                Some(name) => format!("{name}: {}", keyed(entry)),
                None => keyed(entry),
            };
            format!("key: {{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Does::Silence { once: true } => "silence: once".to_owned(),
        Does::Silence { once: false } => "silence".to_owned(),
        Does::HangUp => "hang_up".to_owned(),
        Does::Say(text) => format!("say: {}", quoted(text)),
        Does::People(people) => format!("person: {}", people_in_words(people)),
        Does::Transcription(post) => format!("transcription: {}", post.word()),
        Does::Database { down } => format!("database: {}", if *down { "down" } else { "ok" }),
        Does::Again => "again".to_owned(),
        Does::Ends(end) => format!("ends: {end}"),
    }
}

/// Everybody does the same, or each what their number says.
fn people_in_words(people: &[(String, Deed)]) -> String {
    match people {
        [(number, deed)] if number.is_empty() => deed.word().to_owned(),
        people => {
            let each: Vec<String> =
                people.iter().map(|(number, deed)| format!("\"{number}\": {}", deed.word())).collect();
            format!("{{ {} }}", each.join(", "))
        }
    }
}

fn keyed(entry: &Entry) -> String {
    match entry {
        Entry::Keys(keys) => quoted(keys),
        Entry::RightPin => "right".to_owned(),
        Entry::WrongPin => "wrong".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
