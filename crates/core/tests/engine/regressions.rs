//! What was once wrong, as callers and providers would see it.

use crate::answers::{
    Answered, Known, answer, at, elements, keys, load, passed, posted, query, right, text_of, visit, wix_answer,
};
use ringbolt_core::{
    attempt::AuthOutcome,
    call::{Engine, Next, Undecidable, Why, record},
    dialects::dialogtech::{Form, Parameters, Request},
    flow::{Flow, hours::Closures},
    outcome::Outcome,
    time::EpochMs,
};
use serde_json::json;
use std::sync::Arc;

const BANK: &str = r#"
flow: bank
realm: bank
limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }
fallback: { do: { transfer: { destination: "8005550100" } }, say: "Not now." }
starts: login
ivrs:
  login:
    id: 1
    asks:
      - { prompt: "Account?", as: account, digits: 4-10 }
      - { prompt: "PIN?", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified:
        rules:
          - { when: caller.access != "yes", in_doubt: true, verified: false, do: { ivr: no-access } }
          - { do: { ivr: menu } }
      wrong: { ivr: login }
      unanswered: { ivr: again }
      too_many_attempts: { voicemail: { id: 7 } }
  again: { id: 2, like: login, says: "Once more." }
  menu:
    id: 3
    asks: [{ prompt: "1 or 2?", as: choice, one_of: ["1", "2"] }]
    rules:
      - { when: answers.choice == "1", do: { ivr: balance } }
      - { do: hangup }
  balance:
    id: 4
    rules:
      - { when: caller.balance is defined, say: "{{ caller.balance }}" }
      - { say: "Nobody is verified." }
  no-access: { id: 5, says: "You have no access.", ivr: more }
  more: { id: 6 }
"#;

fn now() -> EpochMs {
    at("2026-11-23T15:00Z")
}

fn customer(access: &str) -> Known {
    Known::verified([("access".to_owned(), json!(access)), ("balance".to_owned(), json!("12.50"))].into())
}

/// What IVR `balance` reads to a caller after this login.
fn balance_after(login: &str, known: &Known, session: &str) -> Answered {
    let flow = load(BANK);
    let first = visit(&flow, login, known, now()).unwrap();
    let state = passed(&first.text).to_text();
    visit(&flow, &query(&[("ivr_id", "4"), ("ivr_session_id", session), ("ivr_pass_through", &state)]), known, now())
        .unwrap()
}

#[test]
fn a_caller_who_was_turned_away_after_the_right_pin_is_not_verified_later() {
    let login = "ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711";
    let let_in = visit(&load(BANK), login, &customer("yes"), now()).unwrap();
    assert_eq!((let_in.answer.outcome, text_of(&let_in.text, "id").as_str()), (Outcome::Verified, "3"));
    let heard = balance_after(login, &customer("yes"), "s-1");
    assert_eq!((heard.text.as_str(), heard.looked_up), ("12.50", true));

    let turned_away = visit(&load(BANK), login, &customer("no"), now()).unwrap();
    assert_eq!((turned_away.answer.outcome, text_of(&turned_away.text, "id").as_str()), (Outcome::TurnedAway, "5"));
    let heard = balance_after(login, &customer("no"), "s-1");
    assert_eq!((heard.text.as_str(), heard.looked_up), ("Nobody is verified.", false));
}

#[test]
fn nobody_stays_verified_in_a_call_without_an_id() {
    for (login, later) in [
        ("ivr_id=1&account=90786&pin=4711", ""),
        ("ivr_id=1&account=90786&pin=4711", "s-1"),
        ("ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711", ""),
        ("ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711", "s-2"),
    ] {
        let heard = balance_after(login, &customer("yes"), later);
        assert_eq!((heard.text.as_str(), heard.looked_up), ("Nobody is verified.", false), "{login}, then {later:?}");
    }
    // The tries are remembered all the same.
    let asked_again = answer(&load(BANK), "ivr_id=1&account=1234&pin=1", &Known::wrong(), now()).unwrap();
    assert!(passed(&asked_again).get("rb").is_some_and(|state| state.starts_with("1.")), "{asked_again}");
}

#[test]
fn a_later_failure_in_the_call_ends_the_proof() {
    let flow = load(BANK);
    let login = |pin: &str, state: &str| {
        query(&[
            ("ivr_id", "1"),
            ("ivr_session_id", "s-1"),
            ("account", "90786"),
            ("pin", pin),
            ("ivr_pass_through", state),
        ])
    };
    let first = answer(&flow, &login("4711", ""), &customer("yes"), now()).unwrap();
    let second = answer(&flow, &login("1", &passed(&first).to_text()), &Known::wrong(), now()).unwrap();
    let state = passed(&second).to_text();
    let later = query(&[("ivr_id", "4"), ("ivr_session_id", "s-1"), ("ivr_pass_through", &state)]);
    assert_eq!(answer(&flow, &later, &customer("yes"), now()).as_deref(), Ok("Nobody is verified."));
}

/// What is kept of the answers of a webhook.
fn kept_answers(query: &str) -> serde_json::Value {
    let flow = load(BANK);
    let request = Request::read(&Parameters::parse(query, None), &flow, now());
    record::kept(&flow, &request.results)["answers"].take()
}

#[test]
fn a_pin_that_comes_under_another_name_is_not_kept() {
    let hidden = "[redacted]";
    for query in
        ["ivr_id=1&account=90786&pin_code=481516", "ivr_id=2&account=90786&PIN=4815", "ivr_id=1&account=90786&x=y"]
    {
        let kept = kept_answers(query);
        let kept = kept.as_object().unwrap();
        assert_eq!(kept["account"], "90786", "{query}");
        assert!(kept.iter().all(|(name, value)| name == "account" || value == hidden), "{query}: {kept:?}");
    }
    for (query, kept) in [
        ("ivr_id=3&choice=1", json!({ "choice": "1" })),
        ("ivr_id=3&pin_code=481516", json!({ "pin_code": hidden })),
        ("ivr_id=3&pin=1", json!({ "pin": hidden })),
        ("ivr_id=99&choice=1", json!({ "choice": hidden })),
        ("choice=1", json!({ "choice": hidden })),
    ] {
        assert_eq!(kept_answers(query), kept, "{query}");
    }
}

#[test]
fn a_guard_that_cannot_be_judged_holds_if_the_flow_says_so() {
    let flow = |in_doubt: &str| {
        load(&format!(
            "flow: a\nrealm: a\nfallback: {{ do: hangup }}\nivrs:\n  guard:\n    id: 1\n    rules:\n      \
             - {{ when: pass.blocked | bool, {in_doubt}do: {{ voicemail: {{ id: 9 }} }} }}\n      \
             - {{ do: {{ transfer: {{ destination: \"8005550101\" }} }} }}\n"
        ))
    };
    let blocked = |flow: &Flow, value: &str| {
        let query = query(&[("ivr_id", "1"), ("ivr_pass_through", &format!("blocked|{value}"))]);
        visit(flow, &query, &Known::nobody(), now()).unwrap()
    };
    for (value, guarded, unguarded, in_doubt) in [
        ("yes", "voicemail", "voicemail", false),
        ("no", "transfer", "transfer", false),
        ("ja", "voicemail", "transfer", true),
    ] {
        let given = blocked(&flow("in_doubt: true, "), value);
        assert_eq!(text_of(&given.text, "app"), guarded, "{value}");
        assert_eq!(given.answer.reason.unwrap().in_doubt, in_doubt, "{value}");
        assert_eq!(text_of(&blocked(&flow(""), value).text, "app"), unguarded, "{value}");
    }
}

#[test]
fn the_webhooks_token_is_never_an_answer() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { do: hangup }\nivrs: { a: { id: 1, say: \"{{ answers.author }}-{{ answers.a }}\" } }\n",
    );
    let given = answer(&flow, "ivr_id=1&auth=abc123&author=5&a=6&a%75th=abc123", &Known::nobody(), now());
    assert_eq!(given.as_deref(), Ok("5-6"));
    let named = |ask: &str| {
        Flow::load(&format!(
            "flow: a\nrealm: a\nfallback: {{ do: hangup }}\nstarts: a\nivrs: {{ a: {{ asks: [{{ prompt: Hi, as: {ask} }}], do: \
             hangup }} }}\n"
        ))
    };
    for reserved in ["auth", "rb", "ivr_id", "ivr_new", "st_campaign"] {
        let mistakes = named(reserved).unwrap_err().to_string();
        assert!(mistakes.contains(&format!("no answer can be called `{reserved}`")), "{mistakes}");
    }
    assert!(named("author").is_ok());
}

#[test]
fn a_form_is_read_whatever_its_type_and_charset() {
    let flow =
        load("flow: a\nrealm: a\nfallback: { do: hangup }\nivrs: { a: { id: 1, say: \"{{ answers.text }}\" } }\n");
    let form = "application/x-www-form-urlencoded";
    for (content_type, bytes, heard) in [
        (None, &b"ivr_id=1&text=a+b"[..], "a b"),
        (Some(""), b"ivr_id=1&text=a+b", "a b"),
        (Some("text/plain"), b"ivr_id=1&text=a+b", "a b"),
        (Some("application/octet-stream"), b"ivr_id=1&text=a+b", "a b"),
        (Some(form), b"ivr_id=1&text=caf%C3%A9", "caf\u{e9}"),
        // What is no UTF-8 is Windows-1252.
        (Some(form), b"ivr_id=1&text=caf%E9", "caf\u{e9}"),
        (None, b"ivr_id=1&text=caf\xE9", "caf\u{e9}"),
        (Some(&format!("{form}; charset=ISO-8859-1")), b"ivr_id=1&text=%80+caf%E9", "\u{20ac} caf\u{e9}"),
        (Some(&format!("{form}; charset=utf-8")), b"ivr_id=1&text=caf%C3%A9", "caf\u{e9}"),
    ] {
        let given = posted(&flow, Form { bytes, content_type }, &Known::nobody(), now()).unwrap();
        assert_eq!(given.text, heard, "{content_type:?}");
    }
}

#[test]
fn half_an_emoji_in_a_wix_users_name_keeps_nobody_out() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { wix_answers: disconnect }\n\
         wix_answers: { success: 11111111-1111-4111-8111-111111111111, failure: disconnect }\n",
    );
    for name in ["Zo\\ud83d", "\\ude00Zo", "Zo"] {
        let body = format!(r#"{{ "callId": "c", "input": "4711", "user": {{ "id": "u-1", "firstName": "{name}" }} }}"#);
        let (reply, outcome) = wix_answer(&flow, body.as_bytes(), &right(Default::default()), now());
        assert_eq!((reply.as_str(), outcome), ("11111111-1111-4111-8111-111111111111", Outcome::Verified), "{name}");
    }
}

#[test]
fn numbers_that_cannot_be_rung_are_left_out_and_counted() {
    let flow = |list: &str| {
        load(&format!(
            "flow: a\nrealm: a\nfallback: {{ do: hangup }}\nnumbers: {{ line: {{ \"8005550110\": \"2125550120|2125550121\" }} }}\n\
             ivrs: {{ a: {{ id: 1, findme: {{ phone_list: {list}, caller_may_choose: true }} }} }}\n"
        ))
    };
    let keyed = "\"{{ answers.mobile }}\"";
    let endless = format!("mobile={}", "1".repeat(20_000));
    for (list, query, rung, left_out) in [
        (format!("[{keyed}, \"2125550109\"]"), "", "2125550109", 1),
        (format!("[{keyed}, \"2125550109\"]"), "mobile=12", "2125550109", 1),
        (format!("[{keyed}, \"2125550109\"]"), "mobile=9005550100", "2125550109", 1),
        (format!("[{keyed}, \"2125550109\"]"), &endless, "2125550109", 1),
        (format!("[{keyed}, \"2125550109\"]"), "mobile=2125550108", "2125550108|2125550109", 0),
        // Bars, as the specification has them, from one value.
        (keyed.to_owned(), "mobile=2125550120|2125550121", "2125550120|2125550121", 0),
        (keyed.to_owned(), "mobile=2125550120||x|2125550121|", "2125550120|2125550121", 3),
        (
            "[\"{{ listed('line', '8005550110') }}\", \"{{ answers.mobile }}\"]".to_owned(),
            "",
            "2125550120|2125550121",
            1,
        ),
    ] {
        let given = visit(&flow(&list), &format!("ivr_id=1&{query}"), &Known::nobody(), now()).unwrap();
        assert_eq!(text_of(&given.text, "phone_list"), rung, "{list}, {query}");
        assert_eq!(given.answer.numbers_left_out, left_out, "{list}, {query}");
    }
    for query in ["ivr_id=1", "ivr_id=1&mobile=%7C", "ivr_id=1&mobile=12"] {
        let none = answer(&flow(keyed), query, &Known::nobody(), now());
        assert!(matches!(none, Err(Undecidable { why: Why::NoNumber, .. })), "{query}: {none:?}");
    }
}

#[test]
fn what_was_keyed_has_one_form_wherever_it_is_used() {
    let flow = load(BANK);
    for choice in ["1", "1%20", "1%23", "+1+%23", "%EF%BC%91"] {
        let given = answer(&flow, &format!("ivr_id=3&choice={choice}"), &Known::nobody(), now()).unwrap();
        assert_eq!(text_of(&given, "id"), "4", "{choice}");
    }
    // The same account and PIN, however they end.
    let plan = |account: &str, pin: &str| {
        let query = format!("ivr_id=1&ivr_session_id=s-1&account={account}&pin={pin}");
        let request = Request::read(&Parameters::parse(&query, None), &flow, now());
        let (keys, closures) = (keys(), Arc::new(Closures::default()));
        match Engine::new(&flow, &request.results, &keys, &closures, now()).plan().unwrap() {
            ringbolt_core::call::Plan::Attempt(attempt) => (attempt.caller.clone(), attempt.guess.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (caller, _) = plan("u21", "837461");
    for (account, pin) in [("u21%23", "837461"), ("+u21+", "837461%23"), ("U21", "8374+61")] {
        assert_eq!(plan(account, pin).0, caller, "{account}");
    }
}

#[test]
fn dtmf_only_goes_out_beside_auto_accept() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { do: hangup }\n\
         ivrs: { a: { id: 1, findme: { id: 7, auto_accept: 0, dtmf_only: true } } }\n",
    );
    let given = answer(&flow, "ivr_id=1", &Known::nobody(), now()).unwrap();
    let sent: Vec<_> = elements(&given)
        .into_iter()
        .map(|(path, text)| format!("{}={text}", path.rsplit('/').next().unwrap()))
        .collect();
    assert_eq!(sent, ["app=findme", "id=7", "auto_accept=0", "dtmf_only=1"]);
}

#[test]
fn an_early_end_is_no_attempt_and_gets_the_answer_to_silence() {
    let flow = load(BANK);
    for completed in ["False", "false", "0"] {
        let query = format!("ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711&ivr_completed={completed}");
        let given = visit(&flow, &query, &customer("yes"), now()).unwrap();
        assert_eq!((given.answer.outcome, given.attempted), (Outcome::HungUp, false), "{completed}");
        assert_eq!(text_of(&given.text, "id"), "2", "{completed}");
    }
    let whole = "ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711&ivr_completed=True";
    assert!(visit(&flow, whole, &customer("yes"), now()).unwrap().attempted);
    // Without an answer of its own, silence is answered as a wrong PIN is.
    let without = load(&BANK.replace("      unanswered: { ivr: again }\n", ""));
    let given = answer(&without, "ivr_id=1&ivr_completed=False", &Known::nobody(), now()).unwrap();
    assert_eq!(text_of(&given, "id"), "1");
}

#[test]
fn results_without_an_ivr_id_are_those_of_one_ivr_if_the_flow_names_it() {
    let text = "flow: a\nrealm: a\nfallback: { do: hangup }\n\
                ivrs: { survey: { id: 1, rules: [{ when: answers.qos == \"5\", do: { voicemail: { id: 9 } } }, { do: hangup }] } }\n";
    let named = load(&format!("{text}dialogtech: {{ without_ivr_id: survey }}\n"));
    // The specification's own GET example.
    let given = visit(&named, "auth=abc123&qos=5", &Known::nobody(), now()).unwrap();
    assert_eq!(text_of(&given.text, "app"), "voicemail");
    assert_eq!(given.answer.reason.unwrap().to_string(), "survey, rule 1 on line 4");
    // An id that the flow doesn't have is another matter.
    let unknown = visit(&named, "ivr_id=2&qos=5", &Known::nobody(), now()).unwrap_err();
    assert_eq!(unknown.to_string(), "the flow has no IVR with the id `2`");
    let unnamed = visit(&load(text), "auth=abc123&qos=5", &Known::nobody(), now()).unwrap_err();
    assert_eq!(
        unnamed.to_string(),
        "the request doesn't say which IVR has ended, and the flow has no `without_ivr_id`"
    );
}

#[test]
fn a_table_is_looked_up_by_what_was_keyed() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { do: hangup, say: Sorry. }\ntables: { jobs: { B-12: { site: Oak Lane }, \"7\": { site: Elm } } }\n\
         ivrs: { a: { id: 1, rules: [{ when: 'lookup(\"jobs\", answers.job) is defined', say: \"{{ lookup('jobs', answers.job).site }}\" }, \
         { say: No such job. }] } }\n",
    );
    for (job, heard) in
        [("B-12", "Oak Lane"), ("b-12%23", "Oak Lane"), ("7", "Elm"), ("8", "No such job."), ("NA", "No such job.")]
    {
        let given = answer(&flow, &format!("ivr_id=1&job={job}"), &Known::nobody(), now());
        assert_eq!(given.as_deref(), Ok(heard), "{job}");
    }
}

#[test]
fn one_step_serves_several_ivrs() {
    let flow = load(BANK);
    for ivr in ["1", "2"] {
        let query = format!("ivr_id={ivr}&ivr_session_id=s-1&account=90786&pin=4711");
        let given = visit(&flow, &query, &customer("yes"), now()).unwrap();
        assert_eq!((given.attempted, text_of(&given.text, "id").as_str()), (true, "3"), "{ivr}");
    }
}

#[test]
fn the_same_flow_runs_under_the_ids_of_each_stage() {
    let text = "flow: a\nrealm: a\nfallback: { do: hangup }\n\
                ivrs: { first: { id: { dev: 21, prod: 11 }, ivr: second }, second: { id: { dev: 22, prod: 12 } } }\n";
    for (stage, ended, next) in [("dev", "21", "22"), ("prod", "11", "12")] {
        let flow = Flow::load_at(text, Some(stage)).unwrap();
        let given = answer(&flow, &format!("ivr_id={ended}"), &Known::nobody(), now()).unwrap();
        assert_eq!(text_of(&given, "id"), next, "{stage}");
    }
}

#[test]
fn tries_over_the_calls_limit_make_no_attempt() {
    let flow = load(BANK);
    let mut state = String::new();
    let mut seen = Vec::new();
    for try_number in 1..=5 {
        let pin = format!("47{try_number}1");
        let pairs = [
            ("ivr_id", "1"),
            ("ivr_session_id", "s-1"),
            ("account", "90786"),
            ("pin", &pin),
            ("ivr_pass_through", &state),
        ];
        let given = visit(&flow, &query(&pairs), &Known::wrong(), now()).unwrap();
        seen.push((given.attempted, given.answer.outcome));
        // After the last try a caller can't come back by the flow; a forger could send the last state again.
        let next = passed(&given.text).to_text();
        state = if next.is_empty() { state } else { next };
    }
    let over = Outcome::TooManyAttempts;
    let expected = [(true, Outcome::Wrong), (true, Outcome::Wrong), (true, over), (true, over), (true, over)];
    assert_eq!(seen, expected, "the state says that the third try comes; the database's own count stops it");
    // A state that knows of three tries stops the fourth before the database is asked.
    let keys = keys();
    let binding = ringbolt_core::call::state::Binding { keys: &keys, flow: &flow.name, call_id: Some("s-1") };
    let spent = ringbolt_core::call::CallState { tries: 3, verified: None }.write(binding, now()).unwrap();
    let pairs = [
        ("ivr_id", "1"),
        ("ivr_session_id", "s-1"),
        ("account", "90786"),
        ("pin", "4711"),
        ("ivr_pass_through", &format!("rb|{spent}")),
    ];
    let given = visit(&flow, &query(&pairs), &customer("yes"), now()).unwrap();
    assert_eq!((given.attempted, given.answer.outcome), (false, over));
    assert_eq!(text_of(&given.text, "app"), "voicemail");
}

#[test]
fn the_databases_count_of_a_calls_tries_holds_against_an_older_state() {
    let flow = load(BANK);
    let query = "ivr_id=1&ivr_session_id=s-1&account=90786&pin=4711";
    let request = Request::read(&Parameters::parse(query, None), &flow, now());
    let (keys, closures) = (keys(), Arc::new(Closures::default()));
    let engine = Engine::new(&flow, &request.results, &keys, &closures, now());
    let ringbolt_core::call::Plan::Attempt(attempt) = engine.plan().unwrap() else { panic!("a PIN was keyed") };
    let outcome = |outcome: &AuthOutcome, tries| engine.answer_attempt(&attempt, outcome, tries).unwrap().outcome;
    let verified = customer("yes").outcome;
    assert_eq!(outcome(&verified, Some(3)), Outcome::Verified, "the last try may be right");
    assert_eq!(outcome(&verified, Some(4)), Outcome::TooManyAttempts, "even the right PIN comes too late");
    assert_eq!(outcome(&Known::wrong().outcome, Some(3)), Outcome::TooManyAttempts);
    let over = engine.answer_without_attempt(&attempt, 1).unwrap();
    assert_eq!((over.outcome, over.next), (Outcome::TooManyAttempts, Next::Action(voicemail("7"))));
}

fn voicemail(id: &str) -> ringbolt_core::flow::action::Action<String> {
    ringbolt_core::flow::action::Action::Voicemail { id: ringbolt_core::flow::PortalId::parse(id).unwrap() }
}

/// A text to read may be HTML, which is for the flow to write.
#[test]
fn what_somebody_sends_brings_no_markup_into_a_text_to_read() {
    let flow = load(
        "flow: markup\nrealm: markup\nfallback: { do: hangup, say: Sorry. }\n\
         ivrs: { reads: { id: 1, say: \"<b>Hello</b> {{ answers.name }} {{ answers.name | upper }} {{ pass.a }}.\" } }",
    );
    let query = query(&[("ivr_id", "1"), ("name", "Ada<break time='9s'/>"), ("ivr_pass_through", "a|1<2>3")]);
    let said = answer(&flow, &query, &Known::nobody(), now()).unwrap();
    assert_eq!(said, "<b>Hello</b> Ada break time='9s'/  ADA BREAK TIME='9S'/  1 2 3.");
}
