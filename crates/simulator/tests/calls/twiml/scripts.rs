//! Scripted calls: the same ones are played on DialogTech and on TwiML.

use super::webhook::{answer, provider_of};
use ringbolt_core::flow::Flow;
use ringbolt_core::outcome::Outcome;
use ringbolt_simulator::explore::{Limits, World, explore, worlds_on};
use ringbolt_simulator::script::{Script, ScriptedCall, Webhook, play, saved};
use ringbolt_simulator::{Call, Decided, Input, PersonDoes, Provider, Reply, Request, Setting, Stage};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

const CALLS: &str = include_str!("scripts.calls.yaml");

fn flow() -> Arc<Flow> {
    Arc::new(Flow::load(include_str!("scripts.yaml")).unwrap_or_else(|mistakes| panic!("{mistakes}")))
}

fn script(text: &str) -> Vec<ScriptedCall> {
    Script::load(text, &flow()).unwrap_or_else(|mistakes| panic!("{mistakes}")).calls
}

/// Nothing here waits for anything.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}

#[test]
fn the_same_calls_go_the_same_way_on_both_providers() {
    let calls = script(CALLS);
    assert!(calls.len() >= 15);
    for call in calls {
        assert_eq!(call.providers(&flow()), [Provider::DialogTech, Provider::Twiml], "{}", call.name);
        for provider in call.providers(&flow()) {
            let played = now(play(&call.on(provider), &flow(), &answer));
            assert!(played.failure.is_none(), "{} on {}: {:#?}", call.name, provider.name(), played.failure);
            assert!(!played.taken.is_empty());
        }
    }
}

#[test]
fn a_call_that_goes_otherwise_fails_on_both_and_says_why() {
    for (steps, heard) in [
        ("[{ at: menu }]", "the call is at the IVR login and asks for `account`"),
        ("[{ key: { pin: '4711' } }]", "asks for `account`"),
        ("[{ key: { account: '90786', pin: right } }, { ends: hangup }]", "asks for `choice`"),
        ("[{ key: { account: '90786', choice: '1' } }]", "asks for `pin`"),
        ("[{ person: accepts }]", "asks for `account`"),
        ("[{ key: { account: '90786', pin: right } }, { key: '2' }, { person: { '2225550199': accepts } }]", "rings"),
    ] {
        let [call] =
            &script(&format!("{{ callers: [{{ user: '90786' }}], calls: [{{ call: x, steps: {steps} }}] }}"))[..]
        else {
            panic!()
        };
        for provider in [Provider::DialogTech, Provider::Twiml] {
            let failure = now(play(&call.on(provider), &flow(), &answer)).failure;
            let found = failure.unwrap_or_else(|| panic!("{steps} passes on {}", provider.name()));
            assert!(found.heard.contains(heard), "{steps} on {}: {}", provider.name(), found.heard);
        }
    }
}

#[test]
fn a_file_or_a_call_says_who_plays_it() {
    let providers = |text: &str| script(text)[0].providers(&flow());
    let (dialogtech, twiml) = (Provider::DialogTech, Provider::Twiml);
    assert_eq!(providers("{ calls: [{ call: x, steps: [] }] }"), [dialogtech, twiml]);
    assert_eq!(providers("{ calls: [{ call: x, provider: twiml, steps: [] }] }"), [twiml]);
    assert_eq!(providers("{ provider: twiml, calls: [{ call: x, steps: [] }] }"), [twiml]);
    assert_eq!(providers("{ provider: twiml, calls: [{ call: x, provider: dialogtech, steps: [] }] }"), [dialogtech]);
    let wrong = Script::load("{ provider: vonage, calls: [{ call: x, steps: [] }] }", &flow()).unwrap_err();
    assert!(wrong.to_string().contains("vonage"), "{wrong}");
}

#[test]
fn what_only_a_portal_has_is_not_played_elsewhere() {
    for what in [
        "portal: { post: true }",
        "portal: { label: Radio }",
        "source: { st_campaign: Winter }",
        "begins: menu",
        "steps: [{ ends: portal }]",
        "steps: [{ ends: { vr: 601 } }]",
    ] {
        let steps = if what.starts_with("steps") { "" } else { ", steps: []" };
        let call = &script(&format!("calls: [{{ call: x, {what}{steps} }}]"))[0];
        assert_eq!(call.providers(&flow()), [Provider::DialogTech], "{what}");
    }
    assert_eq!(script("calls: [{ call: x, begins: login, steps: [] }]")[0].providers(&flow()).len(), 2);
}

#[test]
fn a_call_that_was_made_is_saved_as_a_script_that_passes() {
    let flow = flow();
    let at = ringbolt_core::time::EpochMs(1_773_064_800_000);
    let mut call = Call::start(Setting::new(Arc::clone(&flow), Provider::Twiml), at).unwrap();
    let input = |call: &mut Call, input: Input| {
        call.input(input, at).unwrap();
        while let (Stage::Waiting, Some(request)) = (call.stage(), call.webhook().cloned()) {
            let reply = now(answer(Webhook { request: &request, at, database_down: false }));
            call.input(Input::Reply(reply), at).unwrap();
        }
    };
    let first = call.webhook().cloned().unwrap();
    let reply = now(answer(Webhook { request: &first, at, database_down: false }));
    call.input(Input::Reply(reply), at).unwrap();
    input(&mut call, Input::Silence);
    "90786#".chars().for_each(|key| input(&mut call, Input::Key(key)));
    "12#".chars().for_each(|key| input(&mut call, Input::Key(key)));
    "271828#".chars().for_each(|key| input(&mut call, Input::Key(key)));
    input(&mut call, Input::Key('2'));
    input(&mut call, Input::Person(0, PersonDoes::Answers));
    input(&mut call, Input::Person(0, PersonDoes::Declines));
    input(&mut call, Input::Person(0, PersonDoes::Answers));
    input(&mut call, Input::Person(0, PersonDoes::Accepts));
    assert!(matches!(call.stage(), Stage::Talking(_)), "{:?}", call.stage());
    let callers =
        script("{ callers: [{ user: '90786', pin: '271828' }], calls: [{ call: x, steps: [] }] }")[0].callers.clone();
    let text = format!("calls:\n{}", saved(&call, "Ada is connected", callers));
    assert!(text.contains("provider: twiml") && text.contains("pin: right") && !text.contains("271828"), "{text}");
    let [again] = &script(&text)[..] else { panic!("{text}") };
    let played = now(play(again, &flow, &answer));
    assert!(played.failure.is_none(), "{text}\n{:#?}", played.failure);
}

/// The account for which a PIN is sent.
fn account(request: &Request) -> Option<String> {
    let account = match provider_of(request) {
        Provider::Twiml => {
            let query = request.query();
            let sealed = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "s")?.1.into_owned();
            request.target().contains("at=login.2").then_some(())?;
            form_urlencoded::parse(sealed.as_bytes()).find(|(name, _)| name == "login.1")?.1.into_owned()
        }
        _ => super::sent(request, "account")?,
    };
    (account.len() >= 4).then_some(account)
}

#[test]
fn exploration_goes_through_every_question_on_both_providers() {
    let flow = flow();
    for provider in [Provider::DialogTech, Provider::Twiml] {
        let worlds = worlds_on(&[provider], &flow, &script(CALLS)[0].callers);
        assert_eq!(worlds.len(), 1, "{}", provider.name());
        let asked = Cell::new(0);
        let accounts = RefCell::new(BTreeSet::new());
        let begin = async |_: &World| {
            Ok::<_, Infallible>(async |webhook: Webhook<'_>| {
                assert_eq!(provider_of(webhook.request), provider);
                asked.set(asked.get() + 1);
                accounts.borrow_mut().extend(account(webhook.request));
                answer(webhook).await
            })
        };
        let limits = Limits { depth: 20, calls: 3_000 };
        let explored = now(explore(&flow, &worlds[0], limits, &begin)).unwrap();
        let found: Vec<String> = explored
            .findings
            .iter()
            .map(|found| format!("{}: {}\n{}", found.kind, found.message, found.script))
            .collect();
        assert!(found.is_empty(), "{}: {}", provider.name(), found.join("\n"));
        // Those who are enrolled and those who aren't come as far as the PIN.
        assert_eq!(accounts.borrow().len(), 3, "{}: {accounts:?}", provider.name());
        assert!(!explored.cut && explored.states > 15 && asked.get() > 100, "{}: {explored:?}", provider.name());
    }
}

/// Rings the same person again and again, until they answer (`nextaction` 3).
async fn rings_on(webhook: Webhook<'_>) -> Reply {
    let verbs = if webhook.request.target().contains("at=whisper") {
        "<Say>A call.</Say>".to_owned()
    } else {
        super::rings(&["+12225550123"])
    };
    Reply::xml(format!("<Response>{verbs}</Response>"))
}

#[test]
fn a_number_that_is_dialled_until_it_answers_rings_until_somebody_does_something() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, \
                ivrs: { a: { do: { findme: { phone_list: ['2225550123'], nextaction: 3 } } } } }";
    let flow = Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    let steps = "[{ person: nobody }, { person: declines }, { person: accepts }, { ends: { findme: '2225550123' } }]";
    let script = Script::load(&format!("calls: [{{ call: x, steps: {steps} }}]"), &flow).unwrap();
    let played = now(play(&script.calls[0], &flow, &rings_on));
    assert!(played.failure.is_none(), "{:#?}", played.failure);
    let world = &worlds_on(&[Provider::Twiml], &flow, &[])[0];
    let begin = async |_: &World| Ok::<_, Infallible>(rings_on);
    let explored = now(explore(&flow, world, Limits { depth: 20, calls: 200 }, &begin)).unwrap();
    assert!(explored.findings.is_empty() && !explored.cut, "{explored:#?}");
}

#[test]
fn a_call_falls_into_the_wanted_share_under_the_id_that_is_sent() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, split: { pilot: { new: 20, old: 80 } }, \
                ivrs: { a: { id: 1, do: hangup } } }";
    let flow = Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    let script = Script::load("calls: [{ call: x, split: { pilot: new }, steps: [] }]", &flow).unwrap();
    for provider in [Provider::DialogTech, Provider::Twiml] {
        for number in 1..=3 {
            let id = script.calls[0].on(provider).setting(&flow, number).sent_call_id();
            assert_eq!(id.starts_with("CA"), provider == Provider::Twiml, "{id}");
            assert_eq!(flow.definitions.splits["pilot"].share("pilot", &id), "new", "{}", provider.name());
        }
    }
}

#[test]
fn a_right_pin_is_saved_as_right_even_if_another_question_follows_it() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, ivrs: { a: { asks: [ \
                { prompt: PIN, as: pin, digits: 6, secret: true }, { prompt: Account, as: account, digits: 5 } ], \
                verify_pin: { user: '{{ answers.account }}', pin: '{{ answers.pin }}', verified: hangup, wrong: hangup } } } }";
    let flow = Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    for (outcome, written) in [(Outcome::Verified, "pin: right"), (Outcome::Wrong, "pin: wrong")] {
        let mut call = super::with(|setting| setting.flow = Arc::clone(&flow));
        call.verbs(&super::asks("a.1", Some(6), &["PIN"])).keys("271828");
        call.verbs(&super::asks("a.2", Some(5), &["Account"])).keys("90786");
        let decided = Decided { outcome, reason: None, failed: None, repeated: false, elapsed_ms: 1 };
        let reply = Reply { decided: Some(decided), ..Reply::xml("<Response><Hangup/></Response>") };
        call.input(Input::Reply(reply)).unwrap();
        let text = saved(&call.call, "x", Vec::new());
        assert!(text.contains(written), "{text}");
    }
}
