//! What a file that loads means.

use super::super::action::*;
use super::super::wix_answers::IvrGuid;
use super::super::*;
use super::{GOOD, load};
use crate::identity::IdentifierForm;
use crate::lockout::Lockout;
use crate::number::PhoneNumber;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

const DESIGN: &str = r#"
flow: bank
realm: bank                       # whose PINs
lockout: { attempts: 3, lock: 30m, longest: 24h, suspend_after: 20 }
limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }
fallback:
  do: { transfer: { destination: "8005550100" } }
  wix_answers: disconnect         # or an IVR

wix_answers:
  success: welcome
  failure: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11
  locked: 77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22
  unknown: disconnect
  ivrs:
    welcome: { guid: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, says: "Thank you." }

starts: login
ivrs:
  login:
    id: { dev: 20001, prod: 10001 }
    asks:
      - { prompt: "Welcome. Please key your account number, then pound.", as: account, digits: 4-10 }
      - { prompt: "And your PIN, then pound.", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: { to: menu, user_parameters: { firstname: "{{ caller.first_name }}" }, pass: { user_id: "{{ caller.id }}" } } }
      wrong: { ivr: login-again }
      too_many_attempts: { transfer: { destination: "8005550111" } }
      unanswered: hangup
  login-again: { id: 10005, like: login, says: "That did not match." }
  menu:
    id: 10002
    says: "Hello @firstname."
    asks:
      - { prompt: "For your balance press 1.", as: choice, one_of: ["1", "2"] }
      - { prompt: "After the tone, tell us more.", as: comment, record: 60s, transcribe: true }
    rules:
      - when: answers.choice == "1"
        do: { ivr: balance }
      - do: hangup
  balance:
    id: 10003
    say: "Your balance is {{ caller.balance }}."
  payments: { id: 777 }
dialogtech: { without_ivr_id: menu }
twiml:
  language: en-US
  voice: Polly.Joanna
  repeats: 3
  audio: { vip.wav: "https://cdn.example.com/vip.wav" }
  voicemail: { 501: { greeting: "Please leave a message." } }
  vr: { 601: menu }
"#;

fn id(text: &str) -> PortalId {
    PortalId::parse(text).unwrap()
}

fn name(text: &str) -> IvrName {
    IvrName::parse(text).unwrap()
}

fn template(text: &str) -> Template {
    Template::compile(text, &template::Vocabulary::default()).unwrap()
}

fn step(flow: &Flow, ivr: &str) -> Step {
    flow.ivrs.get(&name(ivr)).unwrap().step.clone().unwrap()
}

/// What is answered in every call, wherever it is written.
fn only<T: Clone>(rules: &Rules<T>) -> T {
    rules.only().unwrap().clone()
}

fn verify(flow: &Flow, ivr: &str) -> VerifyPin {
    match step(flow, ivr) {
        Step::VerifyPin(verify) => *verify,
        other => panic!("{other:?}"),
    }
}

/// The step that a flow has under an IVR with these keys.
fn step_of(keys: &str) -> Step {
    let last = "  bye: { id: 3, do: hangup }\n";
    assert!(GOOD.ends_with(last));
    step(&load(&GOOD.replace(last, &format!("  bye: {keys}\n"))), "bye")
}

fn done(keys: &str) -> FlowAction {
    match step_of(keys) {
        Step::Do(rules) => only(&rules),
        other => panic!("{other:?}"),
    }
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn transfer(text: &str) -> FlowAction {
    Action::Transfer { destination: Destination::Fixed(number(text)) }
}

#[test]
fn the_example_of_the_design_loads_for_the_stage_that_was_chosen() {
    let flow = Flow::load_at(DESIGN, Some("prod")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((flow.name.as_str(), flow.realm.as_str()), ("bank", "bank"));
    assert_eq!(flow.lockout, Lockout::default());
    assert_eq!(flow.limits.per_ani.as_ref().unwrap().window, Duration::from_secs(3600));
    assert_eq!(flow.fallback.action, Action::Transfer { destination: number("8005550100") });
    assert_eq!(flow.fallback.say, Fallback::SAY);
    assert_eq!(flow.starts.as_ref().and_then(Rules::only), Some(&name("login")));
    for (ivr, portal) in [("login", "10001"), ("login-again", "10005"), ("menu", "10002"), ("payments", "777")] {
        assert_eq!(flow.ivrs.by_id(&id(portal)).map(|found| &found.name), Some(&name(ivr)), "{portal}");
    }
    let verify = verify(&flow, "login");
    assert_eq!(verify.owner, Owner::User(template("{{ answers.account }}")));
    assert_eq!(
        only(&verify.verified),
        AfterPin {
            action: Action::Ivr(ToIvr {
                to: name("menu"),
                question_id: None,
                user_parameters: vec![(
                    ParameterName::parse("firstname").unwrap(),
                    template("{{ caller.first_name }}")
                )],
                pass: PassThrough::Pairs(vec![("user_id".to_owned(), template("{{ caller.id }}"))]),
            }),
            verified: true,
        }
    );
    let Step::Say(balance) = step(&flow, "balance") else { panic!("it reads a text") };
    assert_eq!(only(&balance), template("Your balance is {{ caller.balance }}."));
    assert_eq!(flow.ivrs.secret_answers(), BTreeSet::from(["pin".to_owned()]));
    assert_eq!(flow.dialogtech.without_ivr_id, Some(name("menu")));
    assert_eq!(flow.twiml.virtual_receptionists[&id("601")], name("menu"));
    assert_eq!((flow.twiml.voice.as_deref(), flow.twiml.repeats), (Some("Polly.Joanna"), 3));
    assert_eq!(flow.twiml.audio_url("vip.wav"), Some("https://cdn.example.com/vip.wav"));
    assert_eq!(flow.twiml.at.map(|at| at.column), Some(3));
    assert_eq!(flow.twiml.voicemail[&id("501")].greeting.as_str(), "Please leave a message.");
}

#[test]
fn an_id_that_differs_by_stage_needs_a_stage() {
    let dev = Flow::load_at(DESIGN, Some("dev")).unwrap();
    assert!(dev.ivrs.by_id(&id("20001")).is_some() && dev.ivrs.by_id(&id("10001")).is_none());
    for (stage, expected) in [
        (
            None,
            "this `id` differs by stage, and no stage was chosen (choose one of dev, prod: `--stage` for commands, \
             RINGBOLT_STAGE for the functions)",
        ),
        (Some("prd"), "this `id` has no stage `prd` (did you mean `prod`?)"),
        (Some("test"), "this `id` has no stage `test` (it has dev, prod)"),
    ] {
        let mistakes = Flow::load_at(DESIGN, stage).unwrap_err().to_string();
        assert_eq!(mistakes, format!("line 21, column 9: {expected}"), "{stage:?}");
    }
}

#[test]
fn questions_are_read_with_what_they_take() {
    let flow = Flow::load_at(DESIGN, Some("dev")).unwrap();
    let asks = |ivr: &str| flow.ivrs.get(&name(ivr)).unwrap().asks.clone();
    let login = asks("login");
    assert_eq!((login[0].name.as_str(), login[0].digits.clone(), login[0].secret), ("account", Some(4..=10), false));
    assert_eq!((login[1].name.as_str(), login[1].digits.clone(), login[1].secret), ("pin", Some(4..=8), true));
    let menu = asks("menu");
    assert_eq!((menu[0].one_of.clone(), menu[0].record), (vec!["1".to_owned(), "2".to_owned()], None));
    assert_eq!(menu[1].record, Some(Recording { longest: Duration::from_secs(60), transcribe: true }));
}

#[test]
fn like_takes_the_questions_and_the_step_of_another_ivr() {
    let flow = Flow::load_at(DESIGN, Some("dev")).unwrap();
    let [login, again] = ["login", "login-again"].map(|ivr| flow.ivrs.get(&name(ivr)).unwrap());
    assert_eq!((&again.asks, &again.step), (&login.asks, &login.step));
    assert_eq!((again.says.as_ref().map(Prompt::as_str), login.says.as_ref()), (Some("That did not match."), None));
}

#[test]
fn outcomes_that_a_flow_leaves_out_tell_a_caller_nothing_new() {
    let mut verify = verify(&load(GOOD), "login");
    assert_eq!((&verify.too_many_attempts, verify.on_locked()), (&None, None), "the fallback answers");
    assert_eq!(verify.on_unknown(), &verify.wrong);
    verify.unanswered = None;
    assert_eq!(verify.on_unanswered(), &verify.wrong);
    let hangup = Rules::always(Action::Hangup, Position::default());
    verify.too_many_attempts = Some(hangup.clone());
    assert_eq!(verify.on_locked(), Some(&hangup));
    let rings = Rules::always(transfer("8005550111"), Position::default());
    verify.locked = Some(rings.clone());
    assert_eq!(verify.on_locked(), Some(&rings));
    let wix = load(GOOD).wix_answers.unwrap();
    assert_eq!((only(&wix.unknown), only(&wix.banned)), (Reply::Disconnect, Reply::Disconnect));
    assert_eq!(wix.locked, wix.failure);
}

#[test]
fn an_ivr_of_wix_answers_goes_by_its_name_or_its_guid() {
    let wix = Flow::load_at(DESIGN, Some("dev")).unwrap().wix_answers.unwrap();
    let welcome = IvrGuid::parse("5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064").unwrap();
    assert_eq!(only(&wix.success), Reply::Redirect(welcome.clone()));
    assert_eq!(wix.name_of(&welcome), Some(&name("welcome")));
    let locked = IvrGuid::parse("77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22").unwrap();
    assert_eq!(only(&wix.locked), Reply::Redirect(locked.clone()));
    assert_eq!(wix.name_of(&locked), None);
}

#[test]
fn a_flow_answers_one_provider_or_both() {
    let flow = load(&GOOD[..GOOD.find("starts:").unwrap()]);
    assert!(flow.wix_answers.is_some() && flow.ivrs.iter().len() == 0 && !flow.ivrs.are_in_portal());
    let flow =
        load("flow: a\nrealm: b\nidentifier: digits\nfallback: { do: hangup }\nivrs: { a: { id: 1, do: hangup } }\n");
    assert!(flow.wix_answers.is_none() && flow.ivrs.are_in_portal());
    assert_eq!((flow.identifier, flow.fallback.wix_answers), (IdentifierForm::Digits, Reply::Disconnect));
    let without_portal = load("flow: a\nrealm: b\nfallback: { do: hangup }\nstarts: a\nivrs: { a: hangup }\n");
    assert!(!without_portal.ivrs.are_in_portal());
}

#[test]
fn a_flow_that_no_provider_comes_to_does_not_load() {
    let said = |rest: &str| {
        let read =
            Flow::load(&format!("flow: a\nrealm: b\nfallback: {{ do: hangup, wix_answers: disconnect }}\n{rest}"));
        read.map_or_else(|mistakes| mistakes.to_string(), |_| "it loads".to_owned())
    };
    assert!(said("ivrs: { a: hangup }").starts_with("line 1, column 1: the flow answers nobody: no IVR has an `id`"));
    let wix = "wix_answers: { success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, failure: disconnect }";
    for reached in [
        "starts: a\nivrs: { a: hangup }",
        "ivrs: { a: hangup, b: { id: 1 } }",
        &format!("{wix}\nivrs: {{ a: hangup }}"),
    ] {
        assert_eq!(said(reached), "it loads", "{reached}");
    }
    // What is probably meant to be one of them is the only mistake.
    for misspelt in ["ivrs: { a: { idd: 1, do: hangup } }", "start: a\nivrs: { a: hangup }"] {
        let said = said(misspelt);
        assert!(said.contains("unknown key") && !said.contains("answers nobody"), "{said}");
    }
}

#[test]
fn an_action_is_written_under_do_or_by_itself() {
    for keys in ["hangup", "{ hangup: }", "{ hangup: {} }", "{ do: hangup }", "{ do: { hangup: } }"] {
        assert_eq!(done(keys), Action::Hangup, "{keys}");
    }
    for keys in ["{ vr: { id: 0501 } }", "{ do: { vr: { id: \"0501\" } } }"] {
        assert_eq!(done(keys), Action::VirtualReceptionist { id: id("0501") }, "{keys}");
    }
    assert_eq!(done("{ voicemail: { id: 502 } }"), Action::Voicemail { id: id("502") });
    assert_eq!(done("{ transfer: { destination: 1-800-555-0122 } }"), transfer("8005550122"));
}

#[test]
fn an_ivr_takes_pairs_or_one_opaque_text() {
    let Action::Ivr(ivr) = done("{ ivr: { to: next, question_id: 4, pass: my pass through data } }") else {
        panic!("an IVR")
    };
    assert_eq!(ivr.pass, PassThrough::Opaque(template("my pass through data")));
    assert_eq!(ivr.question_id, QuestionId::parse("4").ok());
    let Action::Ivr(ivr) = done("{ ivr: { to: next, pass: { user_id: 90786, step: verify_user } } }") else {
        panic!("an IVR")
    };
    let pairs = [("user_id", "90786"), ("step", "verify_user")].map(|(key, text)| (key.to_owned(), template(text)));
    assert_eq!(ivr.pass, PassThrough::Pairs(pairs.to_vec()));
    assert_eq!(done("{ ivr: next }"), done("{ ivr: { to: next } }"));
}

#[test]
fn an_ivrs_old_spelling_holds_for_the_portal_or_for_one_ivr() {
    let spelled = |dialogtech: &str, ivr: &str| {
        let text = GOOD
            .replace("  bye: { id: 3, do: hangup }\n", &format!("  bye: {{ id: 3, {ivr}do: hangup }}\n{dialogtech}"));
        let flow = load(&text);
        ["menu", "bye"].map(|ivr| flow.ivrs.get(&name(ivr)).unwrap().old_spelling)
    };
    assert_eq!(spelled("", ""), [false, false]);
    assert_eq!(spelled("", "spelling: survo, "), [false, true]);
    assert_eq!(spelled("dialogtech: { spelling: survo }\n", "spelling: ivr, "), [true, false]);
}

#[test]
fn every_parameter_of_a_findme_is_read() {
    let Action::FindMe(findme) = done(
        "{ findme: { phone_list: 2225550123|5555550145, simultaneous: 2, screen_method: 2, whisper_audio: a.wav, \
         record: 0, auto_accept: 0, dtmf_only: 1, nextaction: 6, nextactionitem: next, timeout: 60 } }",
    ) else {
        panic!("a FindMe")
    };
    let numbers = ["2225550123", "5555550145"].map(|n| Destination::Fixed(number(n))).to_vec();
    assert_eq!(
        findme,
        FindMe {
            target: FindMeTarget::PhoneList(PhoneList::new(numbers).unwrap()),
            simultaneous: std::num::NonZeroU8::new(2),
            screening: Some(Screening::Audio(template("a.wav"))),
            record: Some(false),
            auto_accept: Some(AutoAccept::Ask),
            dtmf_only: Some(true),
            no_answer: Some(NoAnswer::Ivr(name("next"))),
            timeout_secs: RingTimeoutSecs::new(60).ok(),
        }
    );
    let Action::FindMe(findme) = done("{ findme: { id: 7, screen_method: 1, nextaction: 3 } }") else {
        panic!("a FindMe")
    };
    assert_eq!(findme.screening, Some(Screening::Phrase(None)));
    assert_eq!(findme.no_answer, Some(NoAnswer::AcceptLast));
}

proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in any::<String>()) {
        prop_assert!(Flow::load(&text).is_err(), "a random text loads");
    }

    #[test]
    fn a_flow_with_something_else_somewhere_loads_or_says_why(
        at in 0..GOOD.len(),
        length in 0..40_usize,
        instead in "([ \n\t:{}\\[\\],\"'#&*!|>%?-]|[a-z0-9]|null|\\{\\{|é){0,8}",
    ) {
        let end = (at + length).min(GOOD.len());
        let text = format!("{}{instead}{}", &GOOD[..at], &GOOD[end..]);
        if let Err(Mistakes(mistakes)) = Flow::load(&text) {
            let lines = text.lines().count() + 1;
            prop_assert!(!mistakes.is_empty());
            prop_assert!(mistakes.iter().all(|m| (1..=lines).contains(&m.line) && m.column >= 1));
            prop_assert!(mistakes.windows(2).all(|pair| pair[0].line <= pair[1].line));
        }
    }
}
