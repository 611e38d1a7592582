//! What is kept of an IVR's results: a list of what may be kept, never of what must be hidden.

pub mod fields;

use super::results::Results;
use crate::fields::{NAMELESS, NamedValues};
use crate::flow::{Destination, Flow, Ivr, Owner, Rules, Step};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What is kept in place of a value that may be a PIN.
const REDACTED: &str = "[redacted]";

/// The results as they are kept: `call`, `source` and `answers`, each a map of names to values (a list if a name came
/// twice).
///
/// - After a PIN question only the answers that say whose PIN it is are kept.
/// - After another IVR an answer is kept if the flow knows its name and it is no secret. An answer under a name that the
///   flow doesn't know is kept unless it looks like a PIN: 4 to 12 digits.
/// - After an IVR that the flow doesn't know, no answer is kept.
#[must_use]
pub fn kept(flow: &Flow, results: &Results) -> Value {
    let keeps = Keeps::of(flow, results.ended.ivr().and_then(|name| flow.ivrs.get(name)));
    let answers = kept_fields(&results.sent_answers, |name, value| keeps.answer(name, value));
    Value::Object(Map::from_iter([
        ("call".to_owned(), kept_fields(&results.fields, |_, _| true)),
        ("source".to_owned(), kept_fields(&results.source, |_, _| true)),
        ("answers".to_owned(), answers),
    ]))
}

/// Which answers are kept.
enum Keeps {
    Nothing,
    Only(BTreeSet<String>),
    KnownAndHarmless { known: BTreeSet<String>, secret: BTreeSet<String> },
}

impl Keeps {
    fn of(flow: &Flow, ended: Option<&Ivr>) -> Self {
        let secret = flow.ivrs.secret_answers();
        match ended {
            None => Self::Nothing,
            Some(Ivr { step: Some(Step::VerifyPin(verify)), .. }) => {
                Self::Only(verify.user_answers().into_iter().filter(|name| !secret.contains(name)).collect())
            }
            Some(_) => Self::KnownAndHarmless { known: known(flow), secret },
        }
    }

    fn answer(&self, name: &str, value: &str) -> bool {
        let has = |names: &BTreeSet<String>| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        match self {
            Self::Nothing => false,
            Self::Only(names) => names.contains(name),
            Self::KnownAndHarmless { known, secret } => {
                !has(secret) && (known.contains(name) || !looks_like_pin(value))
            }
        }
    }
}

fn looks_like_pin(value: &str) -> bool {
    let digits: Vec<char> = value.chars().filter(|c| !c.is_whitespace() && !matches!(c, '#' | '*' | '-')).collect();
    (4..=12).contains(&digits.len()) && digits.iter().all(|c| c.is_numeric())
}

/// The names of answers that a flow asks for, or speaks of in a rule, a text or a `user`.
fn known(flow: &Flow) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for ivr in flow.ivrs.iter() {
        known.extend(ivr.asks.iter().map(|ask| ask.name.as_str().to_owned()));
        match &ivr.step {
            Some(Step::VerifyPin(verify)) => {
                if let Owner::User(user) = &verify.owner {
                    known.extend(user.parts_of("answers").map(str::to_owned));
                }
            }
            Some(Step::Do(rules)) => {
                conditions(rules, &mut known);
                for rule in rules.iter() {
                    for text in Destination::templates(&rule.then) {
                        known.extend(text.parts_of("answers").map(str::to_owned));
                    }
                }
            }
            Some(Step::Say(rules)) => {
                conditions(rules, &mut known);
                known.extend(rules.iter().flat_map(|rule| rule.then.parts_of("answers").map(str::to_owned)));
            }
            None => {}
        }
    }
    known
}

fn conditions<T>(rules: &Rules<T>, known: &mut BTreeSet<String>) {
    for condition in rules.iter().filter_map(|rule| rule.when.as_ref()) {
        known.extend(condition.parts_of("answers").map(str::to_owned));
    }
}

fn kept_fields(values: &NamedValues, keep: impl Fn(&str, &str) -> bool) -> Value {
    let one = |name: &str, value: &str| Value::from(if keep(name, value) { value } else { REDACTED });
    values
        .grouped()
        .into_iter()
        .map(|(name, values)| {
            let kept = match values.as_slice() {
                [value] => one(name, value),
                values => values.iter().map(|value| one(name, value)).collect(),
            };
            (kept_name(name).to_owned(), kept)
        })
        .collect()
}

/// A name that a portal may well give. Anything else can be a body that isn't a form, with a PIN somewhere in it.
fn kept_name(name: &str) -> &str {
    if name.is_empty() {
        return NAMELESS;
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '[' | ']');
    let fits = name.len() <= 64 && name.chars().all(plain) && !looks_like_pin(name);
    if fits { name } else { REDACTED }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::Ended, flow::IvrName};

    const FLOW: &str = r#"
flow: bank
realm: bank
limits: { per_ani: { attempts: 30, window: 1h } }
fallback: { do: hangup }
ivrs:
  login:
    id: 1
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: menu }
      wrong: { ivr: login }
      unanswered: hangup
  menu: { id: 2, rules: [{ when: answers.choice == "1", do: hangup }, { do: hangup }] }
"#;

    #[test]
    fn a_name_that_is_empty_has_a_name_where_it_is_kept() {
        let kept = kept_answers(Ended::Ivr(IvrName::parse("menu").unwrap()), &[("", "x"), ("choice", "1")]);
        assert_eq!(kept, serde_json::json!({ NAMELESS: "x", "choice": "1" }));
    }

    fn kept_answers(ended: Ended, answers: &[(&str, &str)]) -> Value {
        let flow = Flow::load(FLOW).unwrap();
        let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let results = Results { ended, ..Results::of(IvrName::parse("x").unwrap()).with_answers(answers) };
        kept(&flow, &results)["answers"].take()
    }

    fn ivr(name: &str) -> Ended {
        Ended::Ivr(IvrName::parse(name).unwrap())
    }

    #[test]
    fn a_pin_question_keeps_only_whose_pin_it_is() {
        let kept =
            kept_answers(ivr("login"), &[("account", "90786"), ("pin_code", "481516"), ("pin", "1"), ("x", "No")]);
        let expected = serde_json::json!({ "account": "90786", "pin_code": REDACTED, "pin": REDACTED, "x": REDACTED });
        assert_eq!(kept, expected);
    }

    #[test]
    fn elsewhere_nothing_that_looks_like_a_pin_is_kept_under_an_unknown_name() {
        for (name, value, is_kept) in [
            ("choice", "4815", true),
            ("choice", "1", true),
            ("comment", "No", true),
            ("stars", "5", true),
            ("code", "481516", false),
            ("code", "4815 16#", false),
            ("code", "４８１５", false),
            ("pin", "x", false),
            ("PIN", "1", false),
        ] {
            let kept = kept_answers(ivr("menu"), &[(name, value)]);
            assert_eq!(kept[name] == value, is_kept, "{name}={value}: {kept}");
        }
    }

    #[test]
    fn a_body_that_is_no_form_leaves_nothing_behind() {
        for name in [r#"{"pin":"481516"}"#, "481516", "--boundary\r\n481516"] {
            let kept = kept_answers(ivr("menu"), &[(name, "")]).to_string();
            assert!(!kept.contains("481516"), "{kept}");
        }
    }

    #[test]
    fn of_an_ivr_that_the_flow_does_not_know_no_answer_is_kept() {
        for ended in [Ended::Unknown("9".to_owned()), Ended::Unsaid] {
            assert_eq!(kept_answers(ended, &[("choice", "1")])["choice"], REDACTED);
        }
    }
}
