//! The simulator's readers of documents, which say what a provider would do.

use crate::documents;
use crate::flows::{FLOWS, NOW};
use crate::input::Input as Data;
use ringbolt_core::flow::IvrName;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Ended, Input, Provider, Reply, Setting, Stage, pretty_xml};
use std::sync::LazyLock;

/// A call whose webhook waits for its reply.
fn waiting(provider: Provider) -> Call {
    let begins = (provider == Provider::DialogTech).then(|| IvrName::parse("menu").expect("it is one"));
    let setting = Setting { begins, ..Setting::new(FLOWS[0].clone(), provider) };
    let mut call = Call::start(setting, NOW).expect("the flow says where calls begin");
    if provider == Provider::DialogTech {
        call.input(Input::Key('1'), NOW).expect("the menu asks for a key");
    }
    assert_eq!(*call.stage(), Stage::Waiting);
    call
}

static DIALOGTECH: LazyLock<Call> = LazyLock::new(|| waiting(Provider::DialogTech));
static TWIML: LazyLock<Call> = LazyLock::new(|| waiting(Provider::Twiml));

fn after(call: &Call, reply: Reply) -> Call {
    let mut call = call.clone();
    call.input(Input::Reply(reply), EpochMs(NOW.0 + 1_000)).expect("a webhook waits for its reply");
    call
}

fn gave_up(call: &Call) -> bool {
    matches!(call.stage(), Stage::Ended(Ended::GaveUp { .. }))
}

/// A body.
///
/// What the simulator follows, the other parser reads as well, with the same app; what that one can't read is refused.
pub fn dialogtech(data: &[u8]) {
    let body = Data::new(data).rest_as_text();
    drop(pretty_xml(&body));
    let call = after(&DIALOGTECH, Reply::xml(&*body));
    if gave_up(&call) {
        return;
    }
    let other = documents::by_quick_xml(without_doctype(&body)).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(other.name, "action");
    let app = other.child("app").map_or("", |app| app.text.trim());
    assert!(["ivr", "survo", "findme", "vr", "voicemail", "hangup", "transfer"].contains(&app), "{app}");
    assert_eq!(app == "hangup", matches!(call.stage(), Stage::Ended(Ended::HungUp)), "{:?}", call.stage());
}

/// A body.
///
/// As for DialogTech; keys are then pressed, so that further documents would be asked for.
pub fn twiml(data: &[u8]) {
    let body = Data::new(data).rest_as_text();
    let mut call = after(&TWIML, Reply::xml(&*body));
    if gave_up(&call) {
        return;
    }
    let other = documents::by_quick_xml(without_doctype(&body)).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(other.name, "Response");
    for input in ['1', '2', '#', '5'].map(Input::Key).into_iter().chain([Input::Silence, Input::HangUp]) {
        drop(call.input(input, EpochMs(NOW.0 + 2_000)));
    }
}

fn without_doctype(body: &str) -> &str {
    body
}
