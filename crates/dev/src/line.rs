//! One readable line per webhook request, without personal data.

use ringbolt_core::{flow::wix_answers::IvrGuid, identity::FlowName, outcome::Outcome};
use ringbolt_lambda::{Answer, app::Clock};
use std::{
    io::{Write as _, stderr, stdout},
    time::Duration,
};

/// Prints a line. Unlike `println!`, this does not panic if standard output is closed (`ringbolt dev | head`), so
/// webhooks are still answered.
pub(crate) fn show(line: &str) {
    writeln!(stdout(), "{line}").unwrap_or_default();
}

/// Prints a line about a problem.
pub(crate) fn complain(line: &str) {
    writeln!(stderr(), "{line}").unwrap_or_default();
}

pub(crate) fn print(clock: &Clock, method: &str, route: &str, flow: &str, answer: &Answer, took: Duration) {
    let time = time_of_day(clock);
    // An invalid flow name can be anything that a stranger put into the URL.
    let flow = FlowName::parse(flow).map_or("?".to_owned(), |name| name.to_string());
    let route = route.replace("{flow}", &flow);
    let outcome = answer.report.outcome;
    let repeated = if answer.report.repeated { " (repeated)" } else { "" };
    let why = answer.report.why().map(|why| format!("  ({why})")).unwrap_or_default();
    let (shown, took) = (shown(answer), took.as_millis());
    show(&format!("{time}  {method:<4} {route}  {outcome}{repeated}  ->  {shown}{why}  {took} ms"));
}

/// Prints a line about a path that no webhook has. The path itself can be anything that a stranger put into the URL.
pub(crate) fn print_no_route(clock: &Clock, method: &str) {
    let method: String = method.chars().filter(char::is_ascii_alphabetic).take(10).collect();
    show(&format!("{}  {method:<4} a path that no webhook has  ->  404", time_of_day(clock)));
}

fn time_of_day(clock: &Clock) -> String {
    let seconds = clock().epoch_secs().rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A short description of the answer. Texts may contain personal data, so only their length is shown.
fn shown(answer: &Answer) -> String {
    let app = answer.body.split_once("<app>").and_then(|(_, rest)| rest.split_once("</app>"));
    match (answer.status, app) {
        (200, Some((app, _))) => format!("<app>{app}</app>"),
        (200, None) if answer.body.is_empty() => "disconnect".to_owned(),
        (200, None) if answer.report.outcome != Outcome::Said && IvrGuid::parse(&answer.body).is_ok() => {
            answer.body.clone()
        }
        (200, None) => format!("a text of {} characters", answer.body.chars().count()),
        (status, _) => status.to_string(),
    }
}
