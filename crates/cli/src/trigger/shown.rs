//! What is printed of a request: everything but the token and what a caller keyed as a PIN.

use super::outgoing::Outgoing;
use crate::output::{Output, harmless};
use ringbolt_core::{
    dialects::dialogtech::UNANSWERED,
    flow::{Flow, fields::TOKEN},
};
use ringbolt_simulator::pretty_xml;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const DOTS: &str = "\u{2022}\u{2022}\u{2022}\u{2022}";
const HIDDEN: &str = "(hidden)";

/// Parameters of a transcription postback: none of them is keyed.
const OF_TRANSCRIPTIONS: [&str; 6] = ["survo_id", "unique_id", "question", "duration", "date", "text"];

/// A request as it is printed: what a caller keyed as a PIN is dots, and the token is hidden.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ShownRequest {
    /// The HTTP method.
    method: String,
    /// The URL without the query.
    url: String,
    /// The parameters of the query and of a form, by name; a name can have several values.
    parameters: BTreeMap<String, Vec<String>>,
    /// The body that Wix Answers sends, or a sentence if it is not JSON; null for other providers.
    body: Option<Value>,
}

/// Which parameters hold PINs.
pub(super) struct Secrets {
    pins: BTreeSet<String>,
    users: BTreeSet<String>,
    /// Under which names the portal sends the fields of a call, if they differ from the specification's.
    portal: BTreeSet<String>,
}

impl Secrets {
    /// What the flow and the options say. What neither knows is hidden if it looks like a PIN.
    pub(super) fn of(flow: Option<&Flow>, (user_field, pin_field): (Option<&str>, Option<&str>)) -> Self {
        let mut pins: BTreeSet<String> = flow.map(|flow| flow.ivrs.secret_answers()).unwrap_or_default();
        pins.extend(pin_field.map(str::to_owned));
        let asked = flow.into_iter().flat_map(|flow| flow.ivrs.pin_questions());
        let mut users: BTreeSet<String> = asked.flat_map(|(_, verify)| verify.user_answers()).collect();
        users.extend(user_field.map(str::to_owned));
        users.insert("account".to_owned());
        let names = flow.map(|flow| &flow.dialogtech.field_names);
        let calls = ringbolt_core::flow::fields::CALL_FIELDS.into_iter();
        let portal = names.map(|names| calls.map(|field| names.portal(field).to_owned()).collect()).unwrap_or_default();
        Self { pins, users, portal }
    }

    /// A parameter's value as it is printed.
    fn value(&self, name: &str, value: &str) -> String {
        let has = |names: &BTreeSet<String>| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let of_provider = name.starts_with("ivr_")
            || name.starts_with("st_")
            || OF_TRANSCRIPTIONS.contains(&name)
            || self.portal.contains(name);
        if name == TOKEN {
            return HIDDEN.to_owned();
        }
        if value.is_empty() || value == UNANSWERED {
            return value.to_owned();
        }
        let named_pin = has(&self.pins) || (!of_provider && name.to_ascii_lowercase().contains("pin"));
        if named_pin || (!of_provider && !has(&self.users) && looks_like_pin(value)) {
            return DOTS.to_owned();
        }
        value.to_owned()
    }

    /// The request's headers that matter, and its parameters or body, a line each.
    pub(super) fn lines(&self, request: &Outgoing) -> Vec<String> {
        let mut pairs = Vec::new();
        if request.is_ours() || request.headers.contains_key(http::header::AUTHORIZATION) {
            pairs.push(("authorization".to_owned(), HIDDEN.to_owned()));
        }
        pairs.extend(request.parameters().into_iter().map(|(name, value)| {
            let shown = self.value(&name, &value);
            (name, shown)
        }));
        let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(24);
        let line = |(name, value): (String, String)| format!("{:<width$}  {}", harmless(&name), harmless(&value));
        let mut lines: Vec<String> = pairs.into_iter().map(|pair| line(pair).trim_end().to_owned()).collect();
        if request.is_json() {
            match json_body(request) {
                Some(body) => {
                    let text = serde_json::to_string_pretty(&body).unwrap_or_default();
                    lines.extend(text.lines().map(harmless));
                }
                None => lines.push(unreadable(request)),
            }
        }
        lines
    }

    /// The same for programs.
    pub(super) fn document(&self, request: &Outgoing, url: String) -> ShownRequest {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in request.parameters() {
            let shown = self.value(&name, &value);
            parameters.entry(name).or_default().push(shown);
        }
        let body = request.is_json().then(|| json_body(request).unwrap_or_else(|| unreadable(request).into()));
        ShownRequest { method: request.method.to_string(), url, parameters, body }
    }
}

/// The body of Wix Answers with dots for what was keyed. `None` if it is not a JSON object.
fn json_body(request: &Outgoing) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(&request.body).ok()?;
    let input = body.as_object_mut()?.get_mut("input");
    if let Some(input) = input.filter(|input| !input.is_null() && **input != "") {
        *input = DOTS.into();
    }
    Some(body)
}

/// What is said about a body that cannot be shown safely.
fn unreadable(request: &Outgoing) -> String {
    format!("(a body of {} bytes that is not a JSON object)", request.body.len())
}

/// 4 to 12 digits, as a caller may key them. The same rule keeps them out of the records of calls.
fn looks_like_pin(value: &str) -> bool {
    let digits: Vec<char> = value.chars().filter(|c| !c.is_whitespace() && !matches!(c, '#' | '*' | '-')).collect();
    (4..=12).contains(&digits.len()) && digits.iter().all(|c| c.is_numeric())
}

/// Prints a reply: XML with an element a line, anything else as it came.
pub(super) fn print_reply(out: Output, body: &str) {
    let text = pretty_xml(body).unwrap_or_else(|| body.to_owned());
    if text.trim().is_empty() {
        return out.say("  (empty)");
    }
    text.lines().for_each(|line| out.say(&format!("  {}", harmless(line))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_can_be_a_pin_is_dots() {
        let flow = Flow::load(
            r#"{ flow: f, realm: f, limits: { per_ani: { attempts: 30, window: 1h } }, fallback: { do: hangup },
                 dialogtech: { field_names: { ivr_caller_id: phone } }, ivrs: { menu: { id: 2, do: hangup },
                 login: { id: 1, verify_pin: { user: "{{ answers.member }}", pin: "{{ answers.code }}",
                 verified: { ivr: menu }, wrong: hangup } } } }"#,
        )
        .unwrap();
        let secrets = Secrets::of(Some(&flow), (None, Some("word")));
        for (name, value, is_shown) in [
            ("code", "12", false),
            ("CODE", "12", false),
            ("word", "12", false),
            ("my_pin", "x", false),
            ("other", "481516", false),
            ("other", "4815 16#", false),
            ("pin", "NA", true),
            ("pin", "", true),
            ("member", "481516", true),
            ("other", "1", true),
            ("ivr_caller_id", "8005550142", true),
            ("phone", "8005550142", true),
            ("unique_id", "70000001", true),
        ] {
            assert_eq!(secrets.value(name, value) == value, is_shown, "{name}={value}");
        }
        assert_eq!(secrets.value("auth", "sesame"), HIDDEN);
    }
}
