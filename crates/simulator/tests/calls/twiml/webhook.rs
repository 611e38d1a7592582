//! A web server for the flow of `scripts.yaml`, on both providers: it decides as Ringbolt would, and seals nothing.

use super::{asks, mailbox, records, rings, sent, whispers};
use ringbolt_core::outcome::Outcome;
use ringbolt_simulator::script::Webhook;
use ringbolt_simulator::{Decided, Provider, Reply, Request};
use std::collections::BTreeMap;

const PEOPLE: [&str; 2] = ["2225550123", "2225550124"];
const WELCOME: [&str; 2] = ["Welcome.", "Your account, then pound."];
const MENU: &str = "Balance 1, support 2, sales 3, complaint 4.";
const ENDED: [Option<&str>; 2] = [None, Some("completed")];

/// What is known of a call: on DialogTech in its pass-through data, and on TwiML in its URLs.
type State = BTreeMap<String, String>;

/// Answers a webhook.
pub async fn answer(webhook: Webhook<'_>) -> Reply {
    match () {
        () if webhook.request.path.starts_with("/dialogtech/") => on_dialogtech(webhook.request),
        () if webhook.request.path.ends_with("/transcription") => Reply { status: 204, ..Reply::text("") },
        () => on_twiml(webhook.request),
    }
}

/// Where a login leads, with its outcome. `failed`: how many failed before.
fn login(account: Option<&str>, pin: Option<&str>, failed: usize) -> (&'static str, Outcome) {
    match (account, pin) {
        (Some("90786"), Some("271828")) => ("menu", Outcome::Verified),
        _ if failed >= 2 => ("support", Outcome::TooManyAttempts),
        (Some(_), Some(_)) => ("login", Outcome::Wrong),
        _ => ("login", Outcome::Unanswered),
    }
}

fn decided(outcome: Outcome, reply: Reply) -> Reply {
    let decided = Decided { outcome, reason: None, failed: None, repeated: false, elapsed_ms: 1 };
    Reply { decided: Some(decided), ..reply }
}

fn on_dialogtech(request: &Request) -> Reply {
    let field = |name: &str| sent(request, name).filter(|value| value != "NA");
    let action = |app: &str, parameters: &str| {
        Reply::xml(format!("<action><app>{app}</app><parameters>{parameters}</parameters></action>"))
    };
    let failed: usize =
        field("ivr_pass_through").and_then(|passed| passed.strip_prefix("failed|")?.parse().ok()).unwrap_or(0);
    if field("ivr_completed").as_deref() == Some("False") {
        return decided(Outcome::HungUp, action("hangup", ""));
    }
    match field("ivr_id").as_deref() {
        Some("10001") => {
            let (to, outcome) = login(field("account").as_deref(), field("pin").as_deref(), failed);
            let id = match to {
                "menu" => "<id>10002</id>".to_owned(),
                "support" => "<id>10004</id>".to_owned(),
                _ => format!("<id>10001</id><p_t>failed|{}</p_t>", failed + 1),
            };
            decided(outcome, action("ivr", &id))
        }
        Some("10002") => match field("choice").as_deref() {
            Some("1") => action("ivr", "<id>10003</id>"),
            Some("2") => action("ivr", "<id>10004</id>"),
            Some("3") => action("transfer", "<destination>8005550111</destination>"),
            Some("4") => action("ivr", "<id>10005</id>"),
            _ => action("hangup", ""),
        },
        Some("10003") => Reply::text("Your balance is 12 dollars."),
        Some("10004") => action(
            "findme",
            "<phone_list>2225550123|2225550124</phone_list><screen_method>1</screen_method>\
             <whisper_phrase>A call from the bank.</whisper_phrase><nextaction>2</nextaction>\
             <nextactionitem>501</nextactionitem>",
        ),
        _ => action("hangup", ""),
    }
}

fn on_twiml(request: &Request) -> Reply {
    let query = request.query();
    let field = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let state = field("s").unwrap_or_default();
    let mut state: State = form_urlencoded::parse(state.as_bytes()).into_owned().collect();
    let at = field("at").unwrap_or_else(|| "login".to_owned());
    let entry = sent(request, "Digits").or(sent(request, "RecordingUrl"));
    let (verbs, outcome) = match at.split_once('.') {
        Some((ivr, number)) => entered(ivr, number, entry, &mut state),
        None => step(&at, request, &mut state),
    };
    // What is known goes into every URL.
    let sealed: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&state).finish();
    let sealed: String = form_urlencoded::byte_serialize(sealed.as_bytes()).collect();
    let mut parts = verbs.split("&amp;s=");
    let mut body = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['"', '<']).unwrap_or(part.len());
        body.push_str(&format!("&amp;s={sealed}{}", &part[end..]));
    }
    decided(outcome, Reply::xml(format!("<Response>{body}</Response>")))
}

/// A question was asked: its answer is kept, or it is asked again, and then the next one follows.
fn entered(ivr: &str, number: &str, entry: Option<String>, state: &mut State) -> (String, Outcome) {
    let valid = entry.filter(|entry| match (ivr, number) {
        ("login", _) => entry.len() >= 4,
        ("menu", _) => ["1", "2", "3", "4"].contains(&entry.as_str()),
        _ => true,
    });
    let tries: u8 = state.remove("tries").and_then(|tries| tries.parse().ok()).unwrap_or(0);
    if valid.is_none() && tries < 2 {
        state.insert("tries".to_owned(), (tries + 1).to_string());
        return (question(ivr, number, false), Outcome::Answered);
    }
    state.extend(valid.map(|entry| (format!("{ivr}.{number}"), entry)));
    match (ivr, number) {
        ("login", "1") => (question("login", "2", true), Outcome::Answered),
        ("login", _) => {
            let failed = state.remove("failed").and_then(|failed| failed.parse().ok()).unwrap_or(0);
            let (account, pin) = (state.remove("login.1"), state.remove("login.2"));
            let (to, outcome) = login(account.as_deref(), pin.as_deref(), failed);
            state.insert("failed".to_owned(), (failed + 1).to_string());
            (begin(to), outcome)
        }
        ("menu", _) => match state.remove("menu.1").as_deref() {
            Some("1") => ("<Say>Your balance is 12 dollars.</Say><Hangup/>".to_owned(), Outcome::Said),
            Some("2") => (begin("support"), Outcome::Answered),
            Some("3") => {
                ("<Dial answerOnBridge=\"true\"><Number>+18005550111</Number></Dial>".to_owned(), Outcome::Answered)
            }
            Some("4") => (begin("complaint"), Outcome::Answered),
            _ => ("<Hangup/>".to_owned(), Outcome::Answered),
        },
        _ => ("<Hangup/>".to_owned(), Outcome::Answered),
    }
}

/// What an IVR says and asks first.
fn begin(ivr: &str) -> String {
    match ivr {
        "support" => {
            format!("<Say>One moment, please.</Say><Redirect method=\"POST\">{}</Redirect>", super::url("support"))
        }
        ivr => question(ivr, "1", true),
    }
}

fn question(ivr: &str, number: &str, first: bool) -> String {
    let at = format!("{ivr}.{number}");
    match (ivr, number) {
        ("login", "1") => asks(&at, Some(6), if first { &WELCOME } else { &WELCOME[1..] }),
        ("login", _) => asks(&at, Some(8), &["Your PIN, then pound."]),
        ("menu", _) => asks(&at, Some(1), &[MENU]),
        _ => records(&at, true, "What happened?"),
    }
}

fn step(at: &str, request: &Request, state: &mut State) -> (String, Outcome) {
    let ring = |index: usize| rings(&[&format!("+1{}", PEOPLE[index])]);
    let verbs = match at {
        "login" => begin("login"),
        "support" => {
            state.insert("group".to_owned(), "0".to_owned());
            ring(0)
        }
        // Who picked up and declined has completed a call, too.
        "findme"
            if ENDED.contains(&sent(request, "DialCallStatus").as_deref())
                && sent(request, "DialBridged").as_deref() == Some("true") =>
        {
            "<Hangup/>".to_owned()
        }
        "findme" if state.get("group").is_some_and(|group| group == "0") => {
            state.insert("group".to_owned(), "1".to_owned());
            ring(1)
        }
        "findme" => mailbox("Please leave a message."),
        "whisper" => whispers("A call from the bank."),
        "accept" if sent(request, "Digits").as_deref() == Some("1") => String::new(),
        _ => "<Hangup/>".to_owned(),
    };
    (verbs, Outcome::Answered)
}

/// The provider of a request.
pub fn provider_of(request: &Request) -> Provider {
    if request.path.starts_with("/twiml/") { Provider::Twiml } else { Provider::DialogTech }
}
