//! What rules, opening hours, splits, lists and constants decide, from the text of a flow to the answer.

use super::super::*;
use crate::attempt::AuthOutcome;
use crate::dialogtech::decide::{NextBody, Plan, Undecided, Visit};
use crate::dialogtech::parameters::Parameters;
use crate::dialogtech::request::IvrResults;
use crate::pin::PinKeys;
use crate::time::EpochMs;
use crate::wix_answers::{decide, request::AuthRequest};

const FLOW: &str = r#"
flow: rules
realm: rules
fallback: { wix_answers: disconnect, dialogtech: { transfer: { destination: "8005550100" } } }
constants: { company: Example Power, low: 2, desk: "2125550120" }
hours:
  desk:
    zone: America/New_York
    open: { mon-fri: "08:00-12:00, 13:00-18:00" }
    holidays: { 2026-11-26: closed }
split:
  pilot: { new: 20, old: 80 }
numbers:
  vips: ["+1 212 555 0101"]
  lines: { "8005550110": "2125550130", "8005550111": "no number" }
wix_answers:
  success:
    rules:
      - when: caller.vip and user.userType == 1
        do: 11111111-1111-4111-8111-111111111111
      - do: 22222222-2222-4222-8222-222222222222
  failure:
    rules:
      - when: not open("desk")
        do: 33333333-3333-4333-8333-333333333333
      - when: listed("vips", call.ani)
        do: 44444444-4444-4444-8444-444444444444
dialogtech:
  field_names: { ivr_caller_id: ani }
  spelling: survo
  ivrs:
    1:
      rules:
        - when: answers.qos | int <= flow.low
          do: { findme: { phone_list: ["{{ flow.desk }}"], screen_method: 1, whisper_phrase: "{{ flow.company }}: {{ answers.qos }}" } }
        - when: listed("vips", call.ivr_caller_id)
          do: { transfer: { destination: "{{ listed('lines', call.ivr_number_called) }}" } }
        - when: open("desk")
          do: { ivr: { id: 7, user_parameters: { code: "{{ answers.code | spell | twice }}" } } }
        - when: split("pilot") == "new"
          do: { voicemail: { id: 8 } }
        - do: hangup
    2:
      rules:
        - { when: 'call.ivr_caller_id | last4 == "0199"', say: "Number {{ call.ivr_caller_id | last4 | spell }}" }
        - { when: pass.step == "two", say: Second }
    3: { rules: [{ when: answers.a, do: hangup }] }
"#;

/// A Monday morning, and the holiday after it.
const MONDAY: EpochMs = EpochMs(1_795_446_000_000);
const HOLIDAY: EpochMs = EpochMs(1_795_446_000_000 + 3 * 86_400_000);

fn flow() -> Flow {
    Flow::load(FLOW).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn answer(query: &str, now: EpochMs) -> Result<String, Undecided> {
    let flow = flow();
    let results = IvrResults::from_parameters(&Parameters::parse(query, None), flow.field_names());
    let keys = PinKeys::from_json(&serde_json::json!({ "current": "k".repeat(90) }).to_string()).unwrap();
    match Visit::new(&flow, &results, &keys, now).plan()? {
        Plan::Answer(answer) => Ok(match answer.body {
            NextBody::Action(text) | NextBody::Say(text) => text.lines().map(str::trim).collect(),
        }),
        other => panic!("{other:?}"),
    }
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
    assert_eq!(answer("ivr_id=2", MONDAY), Err(Undecided::NoRule));
    assert_eq!(answer("ivr_id=3", MONDAY), Err(Undecided::NoRule));
    for called in ["8005550111", "8005550112", ""] {
        let query = format!("ivr_id=1&ani=2125550101&ivr_number_called={called}");
        assert_eq!(answer(&query, HOLIDAY), Err(Undecided::Template(TemplateError::NoNumber)), "{called}");
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
        let request = AuthRequest::parse(body.to_string().as_bytes()).unwrap();
        decide::Visit::new(&flow, &request, now)
            .unwrap()
            .reply(outcome)
            .unwrap()
            .body()
            .get(..4)
            .unwrap_or_default()
            .to_owned()
    };
    let vip = AuthOutcome::Verified { attributes: [("vip".to_owned(), true.into())].into() };
    let nobody = AuthOutcome::Verified { attributes: Default::default() };
    assert_eq!(ask(1, "", MONDAY, &vip), "1111");
    assert_eq!(ask(2, "", MONDAY, &vip), "2222");
    assert_eq!(ask(1, "", MONDAY, &nobody), "2222");
    let wrong = AuthOutcome::Wrong { attempts: 1, locks: false };
    assert_eq!(ask(1, "", HOLIDAY, &wrong), "3333");
    assert_eq!(ask(1, "2125550101", MONDAY, &wrong), "4444");
    assert_eq!(ask(1, "2125550102", MONDAY, &wrong), "", "no rule holds: the fallback disconnects");
}

#[test]
fn what_is_legal_and_unwise_is_said() {
    let warnings = |there: &str, instead: &str| -> Vec<String> {
        assert_eq!(FLOW.matches(there).count(), 1, "{there}");
        let checked = Flow::check(&FLOW.replace(there, instead));
        let before: Vec<_> = Flow::check(FLOW).findings.into_iter().map(|found| found.message).collect();
        assert!(checked.flow.is_some(), "{:?}", checked.findings);
        assert!(checked.findings.iter().all(|found| found.severity == Severity::Warning));
        checked
            .findings
            .into_iter()
            .filter(|found| !before.contains(&found.message))
            .map(|found| found.to_string())
            .collect()
    };
    assert_eq!(Flow::check(FLOW).findings.len(), 3, "three lists of rules have no last one");
    assert_eq!(
        warnings("        - do: hangup\n", "        - do: hangup\n        - when: answers.a\n          do: hangup\n"),
        [
            "line 43, column 11: this rule can never match: the one on line 42 always does (put the rule without `when` last)"
        ]
    );
    assert_eq!(
        warnings("        - when: open(\"desk\")\n", "        - when: true\n"),
        [
            "line 40, column 11: this rule can never match: the one on line 38 always does (put the rule without `when` last)",
            "line 42, column 11: this rule can never match: the one on line 38 always does (put the rule without `when` last)"
        ]
    );
    assert_eq!(warnings("split(\"pilot\") == \"new\"", "false"), ["line 40, column 17: this rule can never match"]);
    assert_eq!(
        warnings("split(\"pilot\") == \"new\"", "open(\"desk\")"),
        ["line 40, column 17: this rule can never match: the one on line 38 has the same condition"]
    );
    assert_eq!(
        warnings(
            "destination: \"{{ listed('lines', call.ivr_number_called) }}\"",
            "destination: \"{{ answers.number }}\", caller_may_choose: true"
        ),
        ["line 37, column 42: `answers` decides where the call goes: callers can have any number rung, at your cost"]
    );
}
