//! What `ringbolt dev` says while it runs: one readable line per webhook request, without personal data, and a line about
//! each change or problem.

use ringbolt_core::{
    flow::wix_answers::IvrGuid,
    identity::FlowName,
    outcome::Outcome,
    text::{harmless, harmless_lines},
    time::EpochMs,
};
use ringbolt_lambda::{Answer, app::Clock};
use std::{
    fmt,
    io::{Write as _, stderr, stdout},
    sync::OnceLock,
    time::Duration,
};

/// Something to be told.
#[derive(Debug)]
pub enum News<'a> {
    /// A webhook was answered.
    Answered(Answered<'a>),
    /// The flow files have changed and were loaded again.
    Reloaded,
    /// Something is wrong, as a sentence.
    Problem(&'a str),
}

/// A webhook that was answered.
#[derive(Debug)]
pub struct Answered<'a> {
    /// When, by the clock of the functions.
    pub at: EpochMs,
    /// The HTTP method.
    pub method: &'a str,
    /// The path with the flow's name; `None` if no webhook has the path, which can be anything.
    pub route: Option<String>,
    /// The flow in the path, if its name is a valid one.
    pub flow: Option<String>,
    /// How the request ended; `None` if no webhook has the path.
    pub outcome: Option<Outcome>,
    /// Whether the answer of an earlier attempt was repeated.
    pub repeated: bool,
    /// The HTTP status.
    pub status: u16,
    /// What was answered, in a few words. Texts may contain personal data, so only their length is told.
    pub answer: String,
    /// Which rule decided, or what failed.
    pub why: Option<String>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What is said once the flow files were loaded again.
pub const RELOADED: &str = "The call flow has changed and was reloaded.";

type Listener = Box<dyn Fn(&News<'_>) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Gives all news of this process to a listener instead of printing them as text. Only the first listener is heard.
pub fn listen(listener: impl Fn(&News<'_>) + Send + Sync + 'static) {
    // The first listener stays.
    LISTENER.set(Box::new(listener)).unwrap_or_default();
}

fn tell(news: &News<'_>) {
    match LISTENER.get() {
        Some(listener) => listener(news),
        None => print_text(news),
    }
}

/// Prints news for people. Unlike `println!`, this does not panic if standard output is closed (`ringbolt dev | head`), so
/// webhooks are still answered.
fn print_text(news: &News<'_>) {
    match news {
        News::Answered(answered) => writeln!(stdout(), "{answered}"),
        News::Reloaded => writeln!(stdout(), "{RELOADED}"),
        News::Problem(sentence) => writeln!(stderr(), "{}", harmless_lines(sentence)),
    }
    .unwrap_or_default();
}

/// Tells that the flow files were loaded again.
pub(crate) fn reloaded() {
    tell(&News::Reloaded);
}

/// Tells about a problem.
pub(crate) fn complain(line: &str) {
    tell(&News::Problem(line));
}

/// Tells about an answer.
pub(crate) fn print(clock: &Clock, method: &str, route: &str, flow: &str, answer: &Answer, took: Duration) {
    // An invalid flow name can be anything that a stranger put into the URL.
    let flow = FlowName::parse(flow).ok().map(|name| name.to_string());
    tell(&News::Answered(Answered {
        at: clock(),
        method: &in_short(method),
        route: Some(route.replace("{flow}", flow.as_deref().unwrap_or("?"))),
        flow,
        outcome: Some(answer.report.outcome),
        repeated: answer.report.repeated,
        status: answer.status,
        answer: shown(answer),
        why: answer.report.why(),
        elapsed: took,
    }));
}

/// Tells about a path that no webhook has. The path itself can be anything that a stranger put into the URL.
pub(crate) fn print_no_route(clock: &Clock, method: &str) {
    tell(&News::Answered(Answered {
        at: clock(),
        method: &in_short(method),
        route: None,
        flow: None,
        outcome: None,
        repeated: false,
        status: 404,
        answer: "404".to_owned(),
        why: None,
        elapsed: Duration::ZERO,
    }));
}

/// A method that anybody can have made up.
fn in_short(method: &str) -> String {
    method.chars().filter(char::is_ascii_alphabetic).take(10).collect()
}

impl fmt::Display for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, method, route, outcome, repeated, answer, why, elapsed, .. } = self;
        let time = time_of_day(*at);
        let (Some(route), Some(outcome)) = (route, outcome) else {
            return write!(f, "{time}  {method:<4} a path that no webhook has  ->  {answer}");
        };
        let repeated = if *repeated { " (repeated)" } else { "" };
        let why = why.as_ref().map(|why| format!("  ({})", harmless(why))).unwrap_or_default();
        write!(f, "{time}  {method:<4} {route}  {outcome}{repeated}  ->  {answer}{why}  {} ms", elapsed.as_millis())
    }
}

fn time_of_day(at: EpochMs) -> String {
    let seconds = at.epoch_secs().rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What a TwiML document does in the end, and where the call is then: `<Gather> login.1`.
fn twiml(document: &str) -> String {
    let verb = ["Gather", "Record", "Dial", "Redirect", "Hangup"];
    let begins = |verb: &&str| document.find(&format!("<{verb}"));
    let verb = verb.into_iter().filter(|verb| begins(verb).is_some()).min_by_key(begins).unwrap_or("Response");
    // A caller's words may look like this, too: only what can be a name is printed.
    let named = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let at = document.split_once("?at=").map(|(_, rest)| rest.chars().take_while(named).collect::<String>());
    at.map_or_else(|| format!("<{verb}>"), |at| format!("<{verb}> {at}"))
}

/// A short description of the answer. Texts may contain personal data, so only their length is shown.
fn shown(answer: &Answer) -> String {
    let app = answer.body.split_once("<app>").and_then(|(_, rest)| rest.split_once("</app>"));
    match (answer.status, app) {
        (200, None) if answer.content_type.starts_with("text/xml") => twiml(&answer.body),
        (200, Some((app, _))) => format!("<app>{app}</app>"),
        (200, None) if answer.body.is_empty() => "disconnect".to_owned(),
        (200, None) if answer.report.outcome != Outcome::Said && IvrGuid::parse(&answer.body).is_ok() => {
            answer.body.clone()
        }
        (200, None) => format!("a text of {} characters", answer.body.chars().count()),
        (status, _) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_by_its_length_whatever_it_looks_like() {
        let guid = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
        for text in [guid, "Ada\n12:00:00Z  GET  /forged  verified", "\u{1b}[2J", "<Response?at=a\nb"] {
            let said = Answer::text(text).outcome(Outcome::Said);
            assert_eq!(shown(&said), format!("a text of {} characters", text.chars().count()));
        }
        assert_eq!(shown(&Answer::text(guid).outcome(Outcome::Verified)), guid, "an IVR of Wix Answers");
    }

    #[test]
    fn a_twiml_document_is_shown_by_what_it_does_and_no_word_of_a_caller_gets_out() {
        for (document, expected) in [
            (
                r#"<Response><Gather action="https://x/voice?at=login.1&amp;s=abc"><Say>PIN?</Say></Gather></Response>"#,
                "<Gather> login.1",
            ),
            (r#"<Response><Say>Hi</Say><Hangup/></Response>"#, "<Hangup>"),
            (
                "<Response><Say>?at=a\u{1b}[2J\nforged</Say><Dial><Number>+18005550100</Number></Dial></Response>",
                "<Dial> a",
            ),
            ("<Response/>", "<Response>"),
        ] {
            assert_eq!(shown(&Answer::xml(document)), expected);
        }
    }
}
