use super::super::*;
use super::GOOD;
use crate::dialogtech::action::*;
use crate::dialogtech::number::*;
use crate::wix_answers::reply::IvrGuid;
use proptest::prelude::*;
use std::time::Duration;

const DESIGN: &str = r#"
flow: demo
realm: demo                       # whose PINs
lockout: { attempts: 3, lock: 30m, longest: 24h, suspend_after: 20 }
limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }
fallback:
  wix_answers: disconnect         # or an IVR GUID
  dialogtech: { transfer: { destination: "8005550100" } }

wix_answers:
  success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064
  failure: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11
  locked: 77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22
  unknown: disconnect

dialogtech:
  ivrs:
    "12345":                      # Login
      verify_pin:
        user: "{{ answers.account }}"
        pin: "{{ answers.pin }}"
        verified: { ivr: { id: 23456, user_parameters: { firstname: "{{ caller.first_name }}" }, pass: { user_id: "{{ caller.id }}" } } }
        wrong: { ivr: { id: 12345 } }
        too_many_attempts: { transfer: { destination: "8005550111" } }
        locked: { transfer: { destination: "8005550111" } }
    "23456":                      # Survey
      rules:
        - when: answers.qos | int <= 2
          do: { findme: { phone_list: ["2225550123", "5555550145"], simultaneous: 2, screen_method: 1, whisper_phrase: "Low score from {{ call.ivr_caller_id }}", record: true } }
        - do: hangup
    "34567":                      # set to "read to user" in the portal
      say: "Your balance is {{ caller.balance }}."
"#;

fn id(text: &str) -> BuildingBlockId {
    BuildingBlockId::parse(text).unwrap()
}

fn template(text: &str) -> Template {
    Template::compile(text, &template::Vocabulary::default()).unwrap()
}

fn step(flow: &Flow, ivr: &str) -> Step {
    flow.dialogtech.as_ref().unwrap().ivrs[&id(ivr)].clone()
}

fn load(text: &str) -> Flow {
    Flow::load(text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The step that a flow with this value under an IVR has.
fn step_of(value: &str) -> Step {
    let start = GOOD.find("    3: hangup").unwrap();
    step(&load(&format!("{}    3: {value}\n", &GOOD[..start])), "3")
}

fn done(value: &str) -> FlowAction {
    match step_of(value) {
        Step::Do(rules) => rules.only().unwrap().clone(),
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
fn the_example_of_the_design_loads() {
    let flow = load(DESIGN);
    assert_eq!((flow.name.as_str(), flow.realm.as_str()), ("demo", "demo"));
    assert_eq!(flow.lockout, Lockout::default());
    assert_eq!(flow.limits.per_ani.unwrap().window, Duration::from_secs(3600));
    assert_eq!(flow.fallback.dialogtech, Action::Transfer { destination: number("8005550100") });
    assert_eq!(flow.fallback.say, Fallback::SAY);
    let wix = flow.wix_answers.as_ref().unwrap();
    let locked = Reply::Redirect(IvrGuid::parse("77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22").unwrap());
    let disconnect = Rules::always(Reply::Disconnect);
    assert_eq!((&wix.locked, &wix.unknown, &wix.banned), (&Rules::always(locked), &disconnect, &disconnect));
    let flow = load(DESIGN);
    let Step::VerifyPin(verify) = step(&flow, "12345") else { panic!("it verifies") };
    assert_eq!(
        verify.verified,
        Rules::always(Action::Ivr(Ivr {
            spelling: IvrSpelling::Ivr,
            id: id("23456"),
            question_id: None,
            user_parameters: vec![(ParameterName::parse("firstname").unwrap(), template("{{ caller.first_name }}"))],
            pass_through: PassThrough::Pairs(vec![("user_id".to_owned(), template("{{ caller.id }}"))]),
        }))
    );
    let balance = template("Your balance is {{ caller.balance }}.");
    assert_eq!(step(&flow, "34567"), Step::Say(Rules::always(balance)));
    assert_eq!(flow.pin_answers(), BTreeSet::from(["pin".to_owned()]));
}

#[test]
fn every_file_of_flows_loads() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows");
    let mut loaded = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            Flow::load(&text).unwrap_or_else(|mistakes| panic!("{}:\n{mistakes}", path.display()));
            loaded += 1;
        }
    }
    assert!(loaded > 0);
}

#[test]
fn outcomes_that_a_flow_leaves_out_are_told_nothing_new() {
    let Step::VerifyPin(mut verify) = step(&load(GOOD), "1") else { panic!("it verifies") };
    assert_eq!((verify.on_too_many_attempts(), verify.on_locked()), (None, None), "the fallback answers");
    assert_eq!((verify.on_unknown(), verify.on_unanswered()), (&verify.wrong, &verify.wrong));
    verify.too_many_attempts = Some(Rules::always(Action::Hangup));
    assert_eq!(verify.on_locked(), Some(&Rules::always(Action::Hangup)));
    verify.locked = Some(Rules::always(transfer("8005550111")));
    assert_eq!(verify.on_locked(), Some(&Rules::always(transfer("8005550111"))));
    let wix = load(GOOD).wix_answers.unwrap();
    let disconnect = Rules::always(Reply::Disconnect);
    assert_eq!((wix.locked, wix.unknown, wix.banned), (wix.failure, disconnect.clone(), disconnect));
}

#[test]
fn a_flow_answers_one_provider_or_both() {
    let wix = &GOOD[..GOOD.find("dialogtech:\n").unwrap()];
    let flow = load(wix);
    assert!(flow.wix_answers.is_some() && flow.dialogtech.is_none());
    let flow = load(
        "flow: a\nrealm: b\nidentifier: digits\nfallback: { dialogtech: hangup }\ndialogtech: { ivrs: { 1: hangup } }\n",
    );
    assert!(flow.wix_answers.is_none() && flow.dialogtech.is_some());
    assert_eq!((flow.identifier, flow.fallback.wix_answers), (IdentifierForm::Digits, Reply::Disconnect));
}

#[test]
fn actions_stand_under_do_or_by_themselves() {
    for value in ["hangup", "{ hangup: }", "{ hangup: {} }", "{ do: hangup }", "{ do: { hangup: } }"] {
        assert_eq!(done(value), Action::Hangup, "{value}");
    }
    for value in ["{ vr: { id: 0501 } }", "{ do: { vr: { id: \"0501\" } } }"] {
        assert_eq!(done(value), Action::VirtualReceptionist { id: id("0501") }, "{value}");
    }
    assert_eq!(done("{ voicemail: { id: 502 } }"), Action::Voicemail { id: id("502") });
    assert_eq!(done("{ transfer: { destination: 1-800-555-0122 } }"), transfer("8005550122"));
}

#[test]
fn an_ivr_takes_pairs_or_one_opaque_text() {
    let Action::Ivr(ivr) = done("{ ivr: { id: 9, question_id: 4, spelling: survo, pass: my pass through data } }")
    else {
        panic!("an IVR")
    };
    assert_eq!(ivr.pass_through, PassThrough::Opaque(template("my pass through data")));
    assert_eq!((ivr.spelling, ivr.question_id), (IvrSpelling::Survo, QuestionId::parse("4").ok()));
    let Action::Ivr(ivr) = done("{ ivr: { id: 9, pass: { user_id: 90786, step: verify_user } } }") else {
        panic!("an IVR")
    };
    let pairs = [("user_id", "90786"), ("step", "verify_user")].map(|(key, text)| (key.to_owned(), template(text)));
    assert_eq!(ivr.pass_through, PassThrough::Pairs(pairs.to_vec()));
}

#[test]
fn every_parameter_of_a_findme_is_read() {
    let Action::FindMe(findme) = done(
        "{ findme: { phone_list: 2225550123|5555550145, simultaneous: 2, screen_method: 2, whisper_audio: a.wav, \
         record: 0, auto_accept: 3, nextaction: 5, nextactionitem: 77, timeout: 60 } }",
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
            auto_accept: Some(AutoAccept::LastScreened),
            no_answer: Some(NoAnswer::FindMe(id("77"))),
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
        prop_assert!(Flow::load(&text).is_err(), "a random text is no flow");
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
