//! Which rules answer an outcome, what a record says of it, and how long a proof lasts.

use crate::answers::{Known, at, keys, load, passed, query, right, text_of, visit, wix_reply};
use ringbolt_core::{
    attempt::AuthOutcome,
    call::{Engine, Login, Plan, Why},
    dialects::{
        dialogtech::{Parameters, Request},
        wix_answers,
    },
    flow::hours::Closures,
    outcome::Outcome,
    time::EpochMs,
};
use serde_json::json;
use std::sync::Arc;

const BANK: &str = r#"
flow: bank
realm: bank
limits: { per_ani: { attempts: 30, window: 1h } }
fallback: { do: { transfer: { destination: "8005550100" } }, say: "Not now.", wix_answers: disconnect }
ivrs:
  login:
    id: 1
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { rules: [{ when: caller.access == "yes", do: { ivr: menu } }] }
      wrong: { ivr: login }
      unknown: { voicemail: { id: 5 } }
      unanswered: { voicemail: { id: 6 } }
      too_many_attempts: { voicemail: { id: 7 } }
      locked: { voicemail: { id: 8 } }
  menu: { id: 2, do: { ivr: gate } }
  gate: { id: 3, rules: [{ when: caller.access == "yes", do: { ivr: balance } }, { do: { ivr: menu } }] }
  balance: { id: 4, rules: [{ when: caller.balance is defined, say: "{{ caller.balance }}" }, { say: "Nobody." }] }
  nothing: { id: 5, rules: [{ when: answers.choice == "1", do: hangup }] }
wix_answers:
  success: { rules: [{ when: caller.vip, do: welcome }] }
  failure: sorry
  locked: sorry
  ivrs:
    welcome: { guid: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, says: "Thank you." }
    sorry: { guid: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11, says: "That did not match." }
"#;
const LOGIN: &str = "ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711";

fn now() -> EpochMs {
    at("2026-11-23T15:00Z")
}

fn customer(access: &str) -> Known {
    Known::verified([("access".to_owned(), json!(access)), ("balance".to_owned(), json!("12.50"))].into())
}

#[test]
fn every_outcome_has_its_own_rules_and_the_record_names_them() {
    let locks = AuthOutcome::Wrong { attempts: 3, locks: true };
    for (outcome, asked, next) in [
        (AuthOutcome::Locked { until: None }, Outcome::Locked, "8"),
        (AuthOutcome::Suspended, Outcome::Locked, "8"),
        (AuthOutcome::Unknown { locks: false }, Outcome::Unknown, "5"),
        (Known::wrong().outcome, Outcome::Wrong, "1"),
        (locks, Outcome::TooManyAttempts, "7"),
    ] {
        let given = visit(&load(BANK), LOGIN, &Known::refused(outcome), now()).unwrap();
        let reason = given.answer.reason.as_ref().unwrap();
        assert_eq!((reason.rule.outcome, text_of(&given.text, "id").as_str()), (Some(asked), next));
        assert!(!given.answer.is_fallback());
    }
    let silent =
        visit(&load(BANK), "ivr_id=1&ivr_session_id=s-1&ivr_completed=False", &Known::nobody(), now()).unwrap();
    let reason = silent.answer.reason.unwrap();
    assert_eq!((silent.answer.outcome, reason.rule.outcome), (Outcome::HungUp, Some(Outcome::Unanswered)));
}

#[test]
fn an_outcome_for_which_no_rule_holds_gets_the_fallback_and_is_recorded_as_what_it_was() {
    let given = visit(&load(BANK), LOGIN, &customer("no"), now()).unwrap();
    assert_eq!((given.answer.outcome, given.answer.is_fallback()), (Outcome::Verified, true));
    assert_eq!(text_of(&given.text, "destination"), "8005550100");
    assert!(given.answer.reason.unwrap().to_string().ends_with(": no rule for `verified`"));
}

#[test]
fn an_ivr_without_a_rule_that_holds_is_named_with_its_line() {
    let flow = load(BANK);
    let error = visit(&flow, "ivr_id=5", &Known::nobody(), now()).unwrap_err();
    assert_eq!(error.to_string(), "none of the rules holds (IVR nothing, line 21)");
    let reason = error.reason().unwrap();
    assert_eq!((reason.line, reason.is_fallback()), (21, true));
    let error = visit(&flow, "ivr_id=999", &Known::nobody(), now()).unwrap_err();
    assert_eq!((error.reason(), matches!(error.why, Why::UnknownIvr { .. })), (None, true));
}

#[test]
fn only_a_step_that_speaks_of_the_caller_looks_them_up_and_a_proof_that_has_ended_is_not_carried_on() {
    let flow = load(BANK);
    let later = |ivr: &str, state: &str, known: &Known| {
        let pairs = [("ivr_id", ivr), ("ivr_session_id", "s-1"), ("ivr_pass_through", state)];
        visit(&flow, &query(&pairs), known, now()).unwrap()
    };
    let known = customer("yes");
    let login = passed(&visit(&flow, LOGIN, &known, now()).unwrap().text).to_text();
    let menu = later("2", &login, &known);
    assert!(!menu.looked_up);
    let carried = passed(&menu.text).to_text();
    assert_eq!(later("4", &carried, &known).text, "12.50");
    let gate = later("3", &carried, &known);
    assert!(gate.looked_up);
    assert_eq!(later("4", &passed(&gate.text).to_text(), &known).text, "12.50");

    // Locked, suspended or with other PINs by now: the look-up gives nobody.
    let pairs = [("ivr_id", "3"), ("ivr_session_id", "s-1"), ("ivr_pass_through", carried.as_str())];
    let request = Request::read(&Parameters::parse(&query(&pairs), None), &flow, now());
    let (keys, closures) = (keys(), Arc::new(Closures::default()));
    let ended = Engine::new(&flow, &request.results, &keys, &closures, now()).answer_step(None).unwrap();
    let ended = format!("rb|{}", ended.state.expect("the try is still counted"));
    let balance = later("4", &ended, &known);
    assert_eq!((balance.text.as_str(), balance.looked_up), ("Nobody.", false));
}

#[test]
fn only_a_pin_that_several_people_share_is_attempted_as_shared() {
    let shared = BANK.replace("user: \"{{ answers.account }}\"", "shared: depot-door");
    let shared = shared.replace("      unknown: { voicemail: { id: 5 } }\n", "");
    let shared = shared.replace("      locked: { voicemail: { id: 8 } }\n", "");
    for (flow, is_shared) in [(BANK, false), (shared.as_str(), true)] {
        let flow = load(flow);
        let request = Request::read(&Parameters::parse(LOGIN, None), &flow, now());
        let (keys, closures) = (keys(), Arc::new(Closures::default()));
        let engine = Engine::new(&flow, &request.results, &keys, &closures, now());
        let Plan::Attempt(attempt) = engine.plan().unwrap() else { panic!("a PIN was keyed") };
        assert_eq!((attempt.is_shared(), attempt.caller.user.is_shared()), (is_shared, is_shared));
    }
}

#[test]
fn wix_answers_has_the_neutral_names_of_a_call_that_it_can_have() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { do: hangup, wix_answers: disconnect }\nwix_answers:\n  success: \
         5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n  failure:\n    rules:\n    - when: call.ani == \"2125550142\" and call.id == \"c-1\" and \
         \"T\" in call.at\n      do: 77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22\n    - do: disconnect\n",
    );
    let reply = |number: &str| {
        let from = json!({ "countryCode": "1", "number": number });
        let body = json!({ "callId": "c-1", "input": "4711", "user": { "id": "u-1" }, "from": from }).to_string();
        wix_reply(&flow, &body, &Known::wrong().outcome, now())
    };
    assert_eq!((&*reply("2125550142"), &*reply("2125550143")), ("77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22", ""));
}

#[test]
fn the_record_of_an_auth_webhook_names_the_rules_of_the_outcome() {
    let flow = load(BANK);
    let body = json!({ "callId": "c-1", "input": "4711", "user": { "id": "u-1" } }).to_string();
    let vip = right([("vip".to_owned(), true.into())].into());
    assert!(wix_reply(&flow, &body, &vip, now()).starts_with("5a9e"));
    let request = wix_answers::Request::read(body.as_bytes()).unwrap();
    let closures = Arc::new(Closures::default());
    let login = Login::new(&flow, &request.login, &closures, now()).unwrap();
    for (outcome, branch) in [
        (vip, Outcome::Verified),
        (AuthOutcome::Suspended, Outcome::Locked),
        (AuthOutcome::Locked { until: None }, Outcome::Locked),
        (Known::wrong().outcome, Outcome::Wrong),
    ] {
        assert_eq!(login.answer(&outcome).unwrap().reason.rule.outcome, Some(branch));
    }
    assert_eq!(login.over_ani_limit().unwrap().reason.rule.outcome, Some(Outcome::Locked));
}
