//! What rules, opening hours, splits, lists and constants decide, from the text of a flow to the answer.

use crate::answers::{self, Known, load, right, wix_reply};
use ringbolt_core::{
    attempt::AuthOutcome,
    call::{Undecidable, Why},
    flow::Flow,
    time::EpochMs,
};

const FLOW: &str = include_str!("../../src/flow/tests/rules.yaml");

/// A Monday morning, and the holiday after it.
const MONDAY: EpochMs = EpochMs(1_795_446_000_000);
const HOLIDAY: EpochMs = EpochMs(1_795_446_000_000 + 3 * 86_400_000);

fn flow() -> Flow {
    load(FLOW)
}

fn answer(query: &str, now: EpochMs) -> Result<String, Why> {
    answers::answer(&flow(), query, &Known::nobody(), now).map_err(|Undecidable { why, .. }| why)
}

#[test]
fn the_first_rule_that_holds_answers() {
    for (query, now, expected) in [
        (
            "qos=2",
            HOLIDAY,
            "<phone_list>2125550120</phone_list><screen_method>1</screen_method><whisper_phrase>Example Power: 2</whisper_phrase>",
        ),
        ("qos=NA&ani=12125550101&ivr_number_called=8005550110", HOLIDAY, "<destination>2125550130</destination>"),
        (
            "qos=5&code=4115",
            MONDAY,
            "<app>survo</app><parameters><id>7</id><user_parameters><code>4, 1, 1, 5. 4, 1, 1, 5</code>",
        ),
        ("qos=5&ivr_session_id=s-1", HOLIDAY, "<app>hangup</app>"),
        ("qos=5&ivr_session_id=s-4", HOLIDAY, "<app>voicemail</app>"),
    ] {
        let given = answer(&format!("ivr_id=1&{query}"), now).unwrap();
        assert!(given.contains(expected), "{query}: {given}");
    }
}

#[test]
fn an_answer_that_is_no_number_matches_no_comparison() {
    for qos in ["NA", "", "two", "2.5.1", "999999999999999999999999999999999999999999"] {
        let given = answer(&format!("ivr_id=1&ivr_session_id=s-1&qos={qos}"), HOLIDAY).unwrap();
        assert!(given.contains("hangup"), "{qos}: {given}");
    }
}

#[test]
fn texts_have_rules_as_well() {
    assert_eq!(answer("ivr_id=2&ani=2125550199", MONDAY).as_deref(), Ok("Number 0, 1, 9, 9"));
    assert_eq!(answer("ivr_id=2&ivr_pass_through=step%7Ctwo", MONDAY).as_deref(), Ok("Second"));
}

#[test]
fn where_no_rule_holds_or_a_number_is_none_there_is_the_fallback() {
    assert_eq!(answer("ivr_id=2", MONDAY), Err(Why::NoRule));
    assert_eq!(answer("ivr_id=3", MONDAY), Err(Why::NoRule));
    for called in ["8005550111", "8005550112", ""] {
        let query = format!("ivr_id=1&ani=2125550101&ivr_number_called={called}");
        assert_eq!(answer(&query, HOLIDAY), Err(Why::NoNumber), "{called}");
    }
}

#[test]
fn wix_answers_goes_by_user_hours_and_calling_number() {
    let flow = flow();
    let ask = |user_type: u8, number: &str, now, outcome: &AuthOutcome| {
        let body = serde_json::json!({
            "callId": "c-1", "input": "4711", "from": { "countryCode": "1", "number": number },
            "user": { "id": "u-1", "userType": user_type },
        });
        wix_reply(&flow, &body.to_string(), outcome, now).get(..4).unwrap_or_default().to_owned()
    };
    let vip = right([("vip".to_owned(), true.into())].into());
    let nobody = right(Default::default());
    assert_eq!(ask(1, "", MONDAY, &vip), "1111");
    assert_eq!(ask(2, "", MONDAY, &vip), "2222");
    assert_eq!(ask(1, "", MONDAY, &nobody), "2222");
    let wrong = AuthOutcome::Wrong { attempts: 1, locks: false };
    assert_eq!(ask(1, "", HOLIDAY, &wrong), "3333");
    assert_eq!(ask(1, "2125550101", MONDAY, &wrong), "4444");
    assert_eq!(ask(1, "2125550102", MONDAY, &wrong), "", "no rule holds: the fallback disconnects");
}

#[test]
fn callers_choose_no_premium_number_and_flows_may() {
    let flow = |source: &str, further: &str| {
        format!(
            "flow: a\nrealm: a\nconstants: {{ info: \"9005550100\" }}\nnumbers: {{ lines: {{ \"8005550110\": \"9005550101\" }} }}\n\
             fallback: {{ do: hangup }}\nivrs: {{ a: {{ id: 1, transfer: {{ destination: {source}{further} }} }} }}\n"
        )
    };
    let answer = |text: &str, keyed: &str| {
        let query = format!("ivr_id=1&ivr_number_called=8005550110&n={keyed}");
        answers::answer(&load(text), &query, &Known::nobody(), MONDAY).map_err(|Undecidable { why, .. }| why)
    };
    let chosen = flow("\"{{ answers.n }}\"", ", caller_may_choose: true");
    for refused in ["9005550100", "19005550100", "4115550100", "9115550100"] {
        assert_eq!(answer(&chosen, refused), Err(Why::NoNumber), "{refused}");
    }
    for passes in ["8005550101", "8765550101"] {
        assert!(answer(&chosen, passes).is_ok_and(|text| text.contains(passes)), "{passes}");
    }
    for source in ["9005550100", "\"{{ flow.info }}\"", "\"{{ listed('lines', call.ivr_number_called) }}\""] {
        assert!(answer(&flow(source, ""), "").is_ok_and(|text| text.contains("90055501")), "{source}");
    }
}
