//! States that are not ours, not this call's, or not of now: each counts as absent.

use super::*;
use crate::call::state::LONGEST_CALL;

fn state_of(call: &Call, query: &str, form: &str, now: EpochMs) -> Option<State> {
    let request = Request::read(form.as_bytes());
    Conversation { now, ..call.conversation(&request) }.state(query)
}

#[test]
fn a_state_is_absent_unless_it_is_ours_this_calls_and_young() {
    let call = Call::to(FLOW);
    let pin = call.settled(&next(&call.begin()), "Digits=90786");
    let url = next(&pin);
    let sealed = query(&url).split_once("&s=").unwrap().1.to_owned();
    let form = format!("CallSid=CA1&{FORM}");
    let state = |sealed: &str, form: &str, now| state_of(&call, &format!("at=login.2&s={sealed}"), form, now);
    assert!(state(&sealed, &form, NOW).is_some());

    let other_account = form.replace("AC1", "AC2");
    let other_call = form.replace("CA1", "CA2");
    let shop = Call::to(&FLOW.replace("flow: bank", "flow: shop"));
    let other_key = Call { keys: keys('x'), ..Call::to(FLOW) };
    let mut flipped = sealed.clone().into_bytes();
    flipped[40] = if flipped[40] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let absent = [
        ("truncated", state(&sealed[..sealed.len() - 4], &form, NOW)),
        ("cut to half", state(&sealed[..sealed.len() / 2], &form, NOW)),
        ("a byte changed", state(&flipped, &form, NOW)),
        ("lengthened", state(&format!("{sealed}AAAA"), &form, NOW)),
        ("empty", state("", &form, NOW)),
        ("not base64", state("!!!", &form, NOW)),
        ("another call's", state(&sealed, &other_call, NOW)),
        ("another account's", state(&sealed, &other_account, NOW)),
        ("no call's", state(&sealed, "AccountSid=AC1", NOW)),
        ("too old", state(&sealed, &form, NOW.plus(LONGEST_CALL))),
        ("another flow's", state_of(&shop, query(&url), &form, NOW)),
        ("under another key", state_of(&other_key, query(&url), &form, NOW)),
        ("in another parameter", state_of(&call, &format!("S={sealed}"), &form, NOW)),
    ];
    for (how, state) in absent {
        assert_eq!(state, None, "{how}");
    }
}

#[test]
fn what_grows_too_large_for_a_url_is_refused_and_not_cut_off() {
    let flow = FLOW.replace(
        r#"{ to: login, user_parameters: { title: "again" } }"#,
        r#"{ to: login, user_parameters: { title: "{{ 'x' * 4000 }}" } }"#,
    );
    let flow = flow.replace("'x' * 4000", &format!("'{}'", "x".repeat(4_000)));
    let call = Call::to(&flow);
    let pin = call.settled(&next(&call.begin()), "Digits=90786");
    let (results, visit) = call.ended(&next(&pin), "Digits=1234");
    let closures = Closures::default().into();
    let engine = Engine::new(&call.flow, &results, &call.keys, &closures, NOW);
    let Plan::Attempt(attempt) = engine.plan().unwrap() else { panic!("no attempt") };
    let wrong = crate::attempt::AuthOutcome::Wrong { attempts: 1, locks: false };
    let answer = engine.answer_attempt(&attempt, &wrong, Some(1)).unwrap();
    let request = call.request("");
    assert_eq!(call.conversation(&request).answer(&visit, &answer), Err(Unplayable::TooLarge(TooLarge)));
}

#[test]
fn a_state_may_have_exactly_the_most_characters() {
    let call = Call::to(FLOW);
    let binding = state::Binding { keys: &call.keys, flow: &call.flow.name, account: "AC1" };
    let sealed = |length: usize| {
        let visit = Visit { parameters: vec![("title".to_owned(), "x".repeat(length))], ..Visit::after(0) };
        State::Step { visit }.seal(binding, "CA1", NOW).ok()
    };
    let longest = (2_500..).map_while(sealed).last().unwrap();
    assert_eq!(longest.len(), State::MAX_CHARS);
}

#[test]
fn the_largest_answers_fit_under_four_kilobytes() {
    let asks: Vec<String> =
        (0..20).map(|n| format!("{{ prompt: 'Number {n}?', as: answer_number_{n}, digits: 32 }}")).collect();
    let flow = format!(
        "{{ flow: f, realm: f, fallback: {{ do: hangup }}, starts: many, ivrs: {{ many: {{ asks: [{}], do: hangup }} }} }}",
        asks.join(", ")
    );
    let call = Call::to(&flow);
    let mut document = call.begin();
    for _ in 0..19 {
        document = call.settled(&next(&document), &format!("Digits={}", "9".repeat(32)));
        assert!(next(&document).len() < 4_096);
    }
}
