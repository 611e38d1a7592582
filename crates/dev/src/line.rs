//! One readable line a webhook, without anything that belongs to a caller.

use ringbolt_core::identity::FlowName;
use ringbolt_lambda::{Answer, app::Clock};
use std::{
    io::{Write as _, stderr, stdout},
    time::Duration,
};

/// Shows a line. Where nobody reads any more (`ringbolt dev | head`), the webhooks are answered all the same: `println!`
/// would panic.
pub(crate) fn show(line: &str) {
    writeln!(stdout(), "{line}").unwrap_or_default();
}

/// Shows what is wrong.
pub(crate) fn complain(line: &str) {
    writeln!(stderr(), "{line}").unwrap_or_default();
}

pub(crate) fn print(clock: &Clock, method: &str, route: &str, flow: &str, answer: &Answer, took: Duration) {
    let seconds = clock().epoch_secs().rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    // A flow that is none is whatever somebody wrote into the URL.
    let flow = FlowName::parse(flow).map_or("?".to_owned(), |name| name.to_string());
    let route = route.replace("{flow}", &flow);
    let outcome = answer.report.outcome;
    let repeated = if answer.report.repeated { " (repeated)" } else { "" };
    show(&format!(
        "{hour:02}:{minute:02}:{second:02}Z  {method:<4} {route}  {outcome}{repeated}  ->  {}  {} ms",
        shown(answer),
        took.as_millis()
    ));
}

/// What was answered, in a few words: texts can speak of a caller, so only their kind is shown.
fn shown(answer: &Answer) -> String {
    let app = answer.body.split_once("<app>").and_then(|(_, rest)| rest.split_once("</app>"));
    match (answer.status, app) {
        (200, Some((app, _))) => format!("<app>{app}</app>"),
        (200, None) if answer.body.is_empty() => "disconnect".to_owned(),
        // A GUID; every other text is read to a caller.
        (200, None) if answer.body.len() == 36 && !answer.body.contains(' ') => answer.body.clone(),
        (200, None) => format!("a text of {} characters", answer.body.chars().count()),
        (status, _) => status.to_string(),
    }
}
