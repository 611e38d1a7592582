//! Scripted calls for the flow: what a caller does, and what should follow.

use super::{
    answers::{Answers, Kind},
    callers::{Caller, Callers},
};

/// Where the calls go.
const DIALS: &str = "8005550100";

/// The whole file.
pub(super) fn text(answers: &Answers, callers: &Callers) -> String {
    let [ada, grace] = &callers.callers;
    let calls = match answers.kind {
        Kind::Account => vec![
            call(
                answers,
                Some(ada),
                "Ada hears her balance",
                &[
                    "at: login",
                    &format!("key: {{ account: \"{}\", pin: \"{}\" }}", ada.user, ada.pin()),
                    "hear: \"Hello Ada\"",
                    "key: \"1\"",
                    "hear: \"12.50 dollars\"",
                    "ends: hangup",
                ],
            ),
            call(
                answers,
                Some(grace),
                "Grace keys a wrong PIN first, and then wants to talk to somebody",
                &[
                    &format!("key: {{ account: \"{}\", pin: \"{}\" }}", grace.user, callers.wrong_pin()),
                    "at: login",
                    &format!("key: {{ account: \"{}\", pin: \"{}\" }}", grace.user, grace.pin()),
                    "at: menu",
                    "key: \"2\"",
                    "hear: \"One moment\"",
                    "ends: transfer",
                ],
            ),
            after_hours(
                answers,
                Some(grace),
                &[
                    &format!("key: {{ account: \"{}\", pin: \"{}\" }}", grace.user, grace.pin()),
                    "key: \"2\"",
                    "ends: voicemail",
                ],
            ),
        ],
        Kind::Menu => vec![
            call(
                answers,
                None,
                "A caller asks for the address",
                &["at: menu", "key: \"1\"", "hear: \"Example Street\"", "ends: hangup"],
            ),
            call(
                answers,
                None,
                "A caller wants to talk to somebody",
                &["key: \"2\"", "hear: \"One moment\"", "ends: transfer"],
            ),
            after_hours(answers, None, &["key: \"2\"", "ends: voicemail"]),
        ],
        Kind::Wix => vec![
            call(answers, Some(ada), "Ada keys her PIN", &[&format!("key: \"{}\"", ada.pin()), "at: welcome"]),
            call(
                answers,
                Some(grace),
                "Grace keys a wrong PIN",
                &[&format!("key: \"{}\"", callers.wrong_pin()), "at: sorry"],
            ),
        ],
    };
    let name = answers.name.as_str();
    format!("# Scripted calls for {name}.yaml, for `ringbolt flow test`.\ncalls:\n{}", calls.concat())
}

/// A call at a time when people are there.
fn call(answers: &Answers, caller: Option<&Caller>, title: &str, steps: &[&str]) -> String {
    entry(answers, caller, title, answers.hours.an_open_time(), steps)
}

/// A call at a time when nobody is there; empty if there is none.
fn after_hours(answers: &Answers, caller: Option<&Caller>, steps: &[&str]) -> String {
    match answers.hours.a_closed_time() {
        Some(at) => entry(answers, caller, "Nobody is there before they come", Some(at), steps),
        None => String::new(),
    }
}

fn entry(answers: &Answers, caller: Option<&Caller>, title: &str, at: Option<String>, steps: &[&str]) -> String {
    let from = caller.map_or("2125550144", |caller| caller.phone);
    let at = at.map(|at| format!("    at: {at} {}\n", answers.zone)).unwrap_or_default();
    let callers = caller.map(|caller| format!("    callers: [{}]\n", caller.in_script())).unwrap_or_default();
    let steps: String = steps.iter().map(|step| format!("      - {step}\n")).collect();
    format!("  - call: {title}\n    from: \"{from}\"\n    dials: \"{DIALS}\"\n{at}{callers}    steps:\n{steps}")
}
