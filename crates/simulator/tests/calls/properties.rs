//! What holds for every call, whatever comes in.

use crate::driver::{flow, ivr, parameters};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use ringbolt_core::dialects::{dialogtech, wix_answers};
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Event, Input, Method, PersonDoes, Provider, Reply, Setting, Stage, WixUser};

/// Documents for a TwiML provider; `$` is the URL of the voice webhook.
const DOCUMENTS: [&str; 16] = [
    "",
    "<Hangup/>",
    "<Say>Your balance is 12.</Say><Hangup/>",
    "<Reject/>",
    "<Gather action='$?at=login.1&amp;s=x' numDigits='6'><Say>Account?</Say></Gather><Redirect>$?at=login.1&amp;s=x</Redirect>",
    "<Gather action='$?at=login.2&amp;s=x' numDigits='8'><Say>PIN?</Say></Gather><Redirect>$?at=login.2&amp;s=x</Redirect>",
    "<Gather action='$?at=menu.1&amp;s=x' numDigits='2'><Say>1, 2 or 12?</Say></Gather>",
    "<Gather action='$?at=nowhere.1&amp;s=x' finishOnKey=''><Say>Hm?</Say></Gather><Redirect>$?at=x&amp;s=x</Redirect>",
    "<Say>Open from 9 to 5.</Say><Redirect>$?at=hours&amp;s=x</Redirect>",
    "<Say>What?</Say><Record action='$?at=complaint.2&amp;s=x' transcribe='true' transcribeCallback='https://ringbolt.invalid/twiml/f/transcription?at=complaint.2&amp;s=x'/><Redirect>$?at=complaint.2&amp;s=x</Redirect>",
    "<Say>Please leave a message.</Say><Record action='$?at=message&amp;s=x' finishOnKey='#'/><Hangup/>",
    "<Dial><Number>+18005550111</Number></Dial>",
    "<Dial action='$?at=findme&amp;s=x'><Number url='$?at=whisper&amp;s=x'>+12225550123</Number><Number>+12225550124</Number></Dial>",
    "<Dial action='$?at=findme&amp;s=x'><Number url='$?at=whisper&amp;s=x'>+12225550125</Number></Dial>",
    "<Gather action='$?at=accept&amp;s=x' numDigits='1'><Say>Press 1.</Say></Gather><Hangup/>",
    "<Say>A call.</Say>",
];

fn document(verbs: &str) -> Reply {
    let verbs = verbs.replace('$', "https://ringbolt.invalid/twiml/f/voice");
    Reply::xml(format!("<Response>{verbs}</Response>"))
}

const IVRS: [&str; 8] = ["login", "score", "menu", "balance", "complaint", "bare", "silent", "hours"];

const BODIES: [&str; 20] = [
    "",
    "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064",
    "Your balance is 12.",
    "<action/>",
    "<action><app>hangup</app></action>",
    "<action><app>transfer</app><parameters><destination>8005550111</destination></parameters></action>",
    "<action><app>vr</app><parameters><id>501</id></parameters></action>",
    "<action><app>voicemail</app><parameters><id>501</id></parameters></action>",
    "<action><app>ivr</app><parameters><id>10001</id><p_t> a|1 ||b|2</p_t></parameters></action>",
    "<action><app>ivr</app><parameters><id>10002</id><user_parameters><firstname>Ada</firstname></user_parameters></parameters></action>",
    "<action><app>ivr</app><parameters><id>10003</id></parameters></action>",
    "<action><app>ivr</app><parameters><id>10004</id></parameters></action>",
    "<action><app>ivr</app><parameters><id>10005</id></parameters></action>",
    "<action><app>survo</app><parameters><id>10006</id><question_id>2</question_id></parameters></action>",
    "<action><app>ivr</app><parameters><id>10008</id></parameters></action>",
    "<action><app>ivr</app><parameters><id>99999</id></parameters></action>",
    "<action><app>findme</app><parameters><phone_list>2225550123|2225550124|2225550125</phone_list><simultaneous>2</simultaneous></parameters></action>",
    "<action><app>findme</app><parameters><phone_list>2225550123|2225550124</phone_list><auto_accept>3</auto_accept></parameters></action>",
    "<action><app>findme</app><parameters><id>77</id><nextaction>6</nextaction><nextactionitem>10003</nextactionitem></parameters></action>",
    "<action><app>findme</app><parameters><id>77</id><nextaction>5</nextaction><nextactionitem>78</nextactionitem></parameters></action>",
];

fn digit() -> impl Strategy<Value = char> {
    select("0123456789".chars().collect::<Vec<_>>())
}

fn does() -> impl Strategy<Value = PersonDoes> {
    select(vec![PersonDoes::Answers, PersonDoes::Accepts, PersonDoes::Declines, PersonDoes::Nothing])
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => select("0123456789*####".chars().collect::<Vec<_>>()).prop_map(Input::Key),
        1 => any::<char>().prop_map(Input::Key),
        3 => Just(Input::Silence),
        1 => ".{0,20}".prop_map(Input::Say),
        1 => Just(Input::HangUp),
        6 => select(BODIES.to_vec()).prop_map(|body| Input::Reply(Reply::xml(body))),
        6 => select(DOCUMENTS.to_vec()).prop_map(|verbs| Input::Reply(document(verbs))),
        1 => (any::<u16>(), ".{0,30}").prop_map(|(status, body)| Input::Reply(Reply { status, ..Reply::text(body) })),
        1 => Just(Input::NoReply),
        4 => (0_usize..3, does()).prop_map(|(index, does)| Input::Person(index, does)),
    ]
}

fn setting() -> impl Strategy<Value = Setting> {
    let user = option::of((".{0,8}", option::of(".{0,8}"), any::<bool>()));
    let provider = prop_oneof![
        3 => Just(Provider::DialogTech), 1 => Just(Provider::WixAnswers), 3 => Just(Provider::Twiml),
    ];
    (
        provider,
        option::of(select(IVRS.to_vec())),
        ".{0,14}",
        ".{0,14}",
        ".{0,14}",
        user,
        0_u8..3,
        0_u8..3,
        any::<bool>(),
    )
        .prop_map(|(provider, begins, from, dials, call_id, user, repeats, resends, post)| {
            let mut setting = Setting { from, dials, call_id, ..Setting::new(flow(), provider) };
            // A TwiML provider asks the flow.
            setting.begins = begins.map(ivr).filter(|_| provider != Provider::Twiml);
            setting.user =
                user.map(|(id, first_name, banned)| WixUser { id, first_name, banned, ..WixUser::default() });
            setting.portal.repeats = repeats;
            setting.portal.resends = resends;
            setting.portal.method = if post { Method::Post } else { Method::Get };
            setting
        })
}

/// What anybody can see of a call.
fn seen(call: &Call) -> String {
    let request = call.webhook().map(|request| request.shown());
    let exchanges = call.events().iter().filter_map(|(_, event)| match event {
        Event::Webhook(exchange) | Event::Transcription(exchange) => Some(exchange.request.shown()),
        _ => None,
    });
    let exchanges: Vec<String> = exchanges.collect();
    let keyed = (call.keyed(), call.keyed_count(), call.heard());
    format!("{call:?} {:?} {request:?} {exchanges:?} {keyed:?} {:?}", call.events(), call.setting())
}

fn is_consistent(call: &Call) -> Result<(), TestCaseError> {
    prop_assert_eq!(call.way().last(), Some(call.place()));
    prop_assert_eq!(call.webhook().is_some(), *call.stage() == Stage::Waiting);
    prop_assert_eq!(call.question().is_none() && *call.stage() == Stage::Asking, false);
    if let Stage::Ringing(people) = call.stage() {
        prop_assert!(!people.is_empty());
    }
    let last = call
        .events()
        .iter()
        .rev()
        .find_map(|(_, e)| if let Event::Heard(text) = e { Some(text.as_str()) } else { None });
    prop_assert_eq!(call.heard(), last);
    let ends = call.events().iter().filter(|(_, event)| matches!(event, Event::Ended(_))).count();
    prop_assert_eq!(ends, usize::from(matches!(call.stage(), Stage::Ended(_))));
    Ok(())
}

/// Ringbolt's own readers see in a request what the call knows.
fn is_read_back(call: &Call) -> Result<(), TestCaseError> {
    let Some(request) = call.webhook() else { return Ok(()) };
    let (setting, field) = (call.setting(), |name: &str| request.fields.iter().any(|field| field.name == name));
    if setting.provider == Provider::WixAnswers {
        let (_, body) = request.body().expect("a POST has a body");
        let read = wix_answers::Request::read(body.as_bytes());
        let read = read.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        prop_assert_eq!(read.login.call_id, text(&setting.call_id));
        let user = read.login.user.map(|user| (user.id, user.banned));
        prop_assert_eq!(user, setting.user.as_ref().map(|user| (text(&user.id), user.banned)));
        return Ok(());
    }
    let sent = parameters(request);
    if setting.provider == Provider::Twiml {
        let (_, body) = request.body().expect("a POST has a body");
        prop_assert_eq!(form_urlencoded::parse(body.as_bytes()).count(), request.fields.len());
        let sid = setting.sent_call_id();
        prop_assert!(["CallSid", "ParentCallSid"].iter().any(|name| sent.get(name) == Some(sid.as_str())));
        prop_assert!(request.target().starts_with("/twiml/f/voice"));
        return Ok(());
    }
    prop_assert_eq!(sent.iter().len(), request.fields.len());
    prop_assert_eq!(sent.get("ivr_session_id"), Some(setting.call_id.as_str()));
    prop_assert_eq!(sent.get("ivr_caller_id"), Some(setting.from.as_str()));
    prop_assert_eq!(sent.get("ivr_number_called"), Some(setting.dials.as_str()));
    let read = dialogtech::Request::read(&sent, &setting.flow, EpochMs(0)).results;
    let ringbolt_core::flow::graph::Place::Ivr(place) = call.place() else {
        return Err(TestCaseError::fail("a webhook comes from an IVR"));
    };
    prop_assert_eq!(read.ended.ivr(), Some(place));
    let asked = setting.flow.ivrs.get(place).into_iter().flat_map(|ivr| &ivr.asks);
    for ask in asked {
        prop_assert_eq!(field(ask.name.as_str()), ask.record.is_none(), "recorded answers are not among the results");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_inputs_leave_a_call_that_ends_or_waits_for_something(
        setting in setting(), inputs in vec((input(), any::<i64>()), 0..60), begin in any::<i64>(),
    ) {
        let Ok(mut call) = Call::start(setting, EpochMs(begin)) else { return Ok(()) };
        is_consistent(&call)?;
        for (input, at) in inputs {
            let (before, events) = (seen(&call), call.events().to_vec());
            match call.input(input, EpochMs(at)) {
                Err(_) => prop_assert_eq!(seen(&call), before, "a refused input changes nothing"),
                Ok(()) => prop_assert_eq!(&call.events()[..events.len()], events.as_slice(), "what happened stays"),
            }
            is_consistent(&call)?;
            is_read_back(&call)?;
        }
        // It ends as soon as the caller wants it to.
        drop(call.input(Input::HangUp, EpochMs(0)));
        drop(call.input(Input::Reply(Reply::xml("")), EpochMs(0)));
        prop_assert!(matches!(call.stage(), Stage::Ended(_)), "{:?}", call.stage());
    }

    #[test]
    fn two_pins_of_the_same_length_look_the_same(
        setting in setting(),
        pins in vec((digit(), digit()), 4..=8),
        inputs in vec((input(), 0_usize..9), 0..40),
    ) {
        let start = || Call::start(setting.clone(), EpochMs(1_773_064_800_000));
        let (Ok(mut one), Ok(mut other)) = (start(), start()) else { return Ok(()) };
        for (input, count) in inputs {
            let at = EpochMs(1_773_064_800_000);
            if one.question().is_some_and(|question| question.secret) && matches!(input, Input::Key('0'..='9')) {
                // Some or all digits of the PIN, as long as the question takes them.
                for (a, b) in pins.iter().copied().take(count) {
                    if !one.question().is_some_and(|question| question.secret) {
                        break;
                    }
                    prop_assert_eq!(one.input(Input::Key(a), at), other.input(Input::Key(b), at));
                }
            } else {
                prop_assert_eq!(one.input(input.clone(), at), other.input(input, at));
            }
            prop_assert_eq!(seen(&one), seen(&other));
        }
    }

    #[test]
    fn what_is_keyed_is_what_ringbolt_reads(
        account in "[0-9*]{4,5}", pin in "[0-9*]{4,7}", passed in "[ -~é€😀]{0,60}", post in any::<bool>(),
    ) {
        let mut setting = Setting::new(flow(), Provider::DialogTech);
        setting.begins = Some(ivr("silent"));
        setting.portal.method = if post { Method::Post } else { Method::Get };
        let mut call = Call::start(setting, EpochMs(0)).unwrap();
        let escaped = passed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let body = format!("<action><app>ivr</app><parameters><id>10001</id><p_t>{escaped}</p_t></parameters></action>");
        call.input(Input::Reply(Reply::xml(body)), EpochMs(0)).unwrap();
        for key in format!("{account}#{pin}#").chars() {
            call.input(Input::Key(key), EpochMs(0)).unwrap();
        }
        let sent = parameters(call.webhook().unwrap());
        prop_assert_eq!(sent.get("ivr_pass_through"), Some(passed.as_str()));
        let read = dialogtech::Request::read(&sent, &flow(), EpochMs(0));
        let results = read.results;
        prop_assert_eq!(results.answers.get("account"), Some(account.as_str()));
        prop_assert_eq!(results.answers.get("pin"), Some(pin.as_str()));
        prop_assert_eq!(results.call_id(), "s-1");
        prop_assert_eq!(results.response_id.map(|id| id.as_str().to_owned()), Some("s-1-r2".to_owned()));
        prop_assert_eq!(results.completed, Some(true));
        prop_assert_eq!(results.ani.as_deref(), Some("2125550142"));
        prop_assert_eq!(read.pass_through.to_text(), passed);
    }
}
