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
      - when: caller.vip | bool and user.userType == 1
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

#[test]
fn what_a_condition_asks_the_flow_is_checked_in_every_form() {
    let said = |condition: &str| {
        let there = "split(\"pilot\") == \"new\"";
        assert_eq!(FLOW.matches(there).count(), 1);
        let text = FLOW.replace(there, condition);
        Flow::load(&text).map_or_else(|mistakes| mistakes.to_string(), |_| "it loads".to_owned())
    };
    let listed =
        "`listed` takes two arguments, a name and a number (for example `listed(\"vips\", call.ivr_caller_id)`)";
    let split = "`split` takes one argument, a name (for example `split(\"pilot\") == \"new\"`)";
    let open = "`open` takes one argument, a name (for example `open(\"support\")`)";
    let share = "`split` has no share `nwe` (did you mean `new`?)";
    let number = |name: &str| {
        format!(
            "`{name}` is a text, and is compared with a number: no text is equal to a number, and each is larger (say \
             `{name} | int`, or put the number in quotes)"
        )
    };
    for (condition, expected) in [
        ("listed(\"vips\")", listed),
        ("listed(\"vips\", \"x\", answers.n)", listed),
        ("open(\"desk\", 1)", open),
        ("split(\"pilot\", call.ivr_id) == \"new\"", split),
        ("split(\"pilot\") != \"nwe\"", share),
        ("'\"nwe\" == split(\"pilot\")'", share),
        ("split(\"pilot\") in [\"new\", \"nwe\"]", share),
        ("split(\"pilot\") not in [\"nwe\"]", share),
        ("answers.q >= 4", &number("answers.q")),
        ("answers.q == 1", &number("answers.q")),
        ("answers[\"q\"] != 1", &number("answers.q")),
        ("answers.q > 2.5", &number("answers.q")),
        ("answers.q > flow.low", &number("answers.q")),
        ("flow.low < answers.q", &number("answers.q")),
        ("4 <= answers.q and open(\"desk\")", &number("answers.q")),
        ("answers.q in [1, 2]", &number("answers.q")),
        ("pass.round == -1", &number("pass.round")),
        ("source.st_rank <= 2", &number("source.st_rank")),
        ("listed(\"vips\", answers.n | default(call.ivr_caller_id, true))", "it loads"),
        ("'\"new\" in split(\"pilot\")'", "it loads"),
        ("split(\"pilot\") in [\"new\", \"old\"]", "it loads"),
        ("answers.q | int >= 4", "it loads"),
        ("4 <= answers.q | int", "it loads"),
        ("answers.q == \"1\"", "it loads"),
        ("answers.q in [\"1\", \"2\"]", "it loads"),
        ("answers.q == flow.desk", "it loads"),
        ("answers.q == 1 ~ \"\"", "it loads"),
        ("answers.q | length == 4", "it loads"),
    ] {
        let given = said(condition);
        assert_eq!(given.split_once(": ").map_or(given.as_str(), |(_, message)| message), expected, "{condition}");
    }
}

#[test]
fn slips_of_the_pen_that_load_are_said() {
    let said = |condition: &str| -> Vec<String> {
        let text = FLOW.replace("split(\"pilot\") == \"new\"", condition);
        let before: Vec<_> = Flow::check(FLOW).findings.into_iter().map(|found| found.message).collect();
        let found = Flow::check(&text).findings.into_iter().filter(|found| !before.contains(&found.message));
        found.map(|found| found.to_string()).collect()
    };
    let line = "line 40, column 17: ";
    for (condition, expected) in [
        (
            "call.ivr_caler_id",
            "`call.ivr_caler_id` is nothing that the provider sends: it is empty in every call (did you mean `ivr_caller_id`?)",
        ),
        (
            "call.caller_id",
            "`call.caller_id` is nothing that the provider sends: it is empty in every call (did you mean `ivr_caller_id`?)",
        ),
        (
            "call.nosuchfield",
            "`call.nosuchfield` is nothing that the provider sends: it is empty in every call (its fields begin with `ivr_`)",
        ),
        (
            "source.st_campain",
            "`source.st_campain` is nothing that the provider sends: it is empty in every call (did you mean `st_campaign`?)",
        ),
        (
            "source.campaign",
            "`source.campaign` is nothing that the provider sends: it is empty in every call (did you mean `st_campaign`?)",
        ),
        (
            "answers.ivr_caller_id",
            "`answers.ivr_caller_id` is nothing that the provider sends: it is empty in every call (it is `call.ivr_caller_id`)",
        ),
        (
            "caller.vip",
            "`caller.vip` holds for every text but the empty one, for `false`, `no` and `0` as well (say `caller.vip | bool` or `caller.vip == \"true\"`)",
        ),
        (
            "not (caller.vip) and open(\"desk\")",
            "`caller.vip` holds for every text but the empty one, for `false`, `no` and `0` as well (say `caller.vip | bool` or `caller.vip == \"true\"`)",
        ),
        (
            "caller.balance < 100",
            "`caller.balance` is compared with a number, and attributes of a CSV file are texts: no text is equal to a number, and each is larger (say `caller.balance | float`)",
        ),
    ] {
        assert_eq!(said(condition), [format!("{line}{expected}")], "{condition}");
    }
    for condition in [
        "source.st_new_field == \"a\"",
        "call.ivr_phone_label == \"a\"",
        "caller.vip | bool",
        "caller.vip == \"true\" or caller.vip is defined",
        "listed(\"vips\", caller.phone)",
        "caller.balance | float < 100",
    ] {
        assert_eq!(said(condition), [""; 0], "{condition}");
    }
    let text = FLOW.replace("user.userType == 1", "call.number");
    let found = Flow::check(&text).findings.into_iter().find(|found| found.message.contains("`call.number`"));
    assert_eq!(found.and_then(|found| found.help).as_deref(), Some("known: callId, from, ani"));
}

#[test]
fn attributes_in_texts_are_no_conditions() {
    let found = |say: &str| {
        let text = format!(
            "flow: a\nrealm: a\nfallback: {{ dialogtech: hangup }}\ndialogtech: {{ ivrs: {{ 1: {{ say: '{say}' }} }} }}\n"
        );
        Flow::check(&text).findings.into_iter().map(|found| found.message).collect::<Vec<_>>()
    };
    for fine in [
        "Hello {{ caller.nick or caller.first_name }}",
        "{{ (caller.a) }}{% if caller.a == \"1\" %}{{ caller.b }}{% endif %}",
    ] {
        assert_eq!(found(fine), [""; 0], "{fine}");
    }
    for slip in ["{% if caller.vip %}gold{% endif %}", "{{ \"gold\" if not caller.vip else \"plain\" }}"] {
        assert_eq!(found(slip).len(), 1, "{slip}");
    }
}

/// A flow with a login of these outcomes, and the IVR 2.
fn login(verified: &str, wrong: &str, second: &str) -> Checked {
    Flow::check(&format!(
        "flow: a\nrealm: a\nconstants: {{ desk: \"8005550101\" }}\nfallback: {{ dialogtech: {{ voicemail: {{ id: 7 }} }} }}\n\
         dialogtech:\n  ivrs:\n    1:\n      verify_pin:\n        user: \"{{{{ answers.a }}}}\"\n        pin: \
         \"{{{{ answers.p }}}}\"\n        verified: {verified}\n        wrong: {wrong}\n        unanswered: hangup\n    2: {second}\n"
    ))
}

#[test]
fn outcomes_are_told_apart_by_where_they_lead() {
    let here = "`wrong` leads where `verified` leads: it would let an unverified caller through";
    let may = "`wrong` leads where `verified` leads: it may let an unverified caller through";
    let shared = |what: &str| format!("`wrong` and `verified` share {what}: make sure that it lets nobody through");
    for (verified, wrong, second, error, warning) in [
        ("{ ivr: { id: 2 } }", "{ ivr: { id: 2, pass: { a: b } } }", "hangup", here, ""),
        // The signed state tells the flow who calls.
        (
            "{ ivr: { id: 2 } }",
            "{ ivr: { id: 2, user_parameters: { reason: Sorry } } }",
            "{ rules: [{ when: caller.id is defined, do: { voicemail: { id: 1 } } }, { do: hangup }] }",
            "",
            may,
        ),
        ("{ ivr: { id: 2 } }", "{ ivr: { id: 2 } }", "{ say: \"{{ caller.balance }}\" }", "", may),
        // Another question of the same IVR: the portal may keep them apart.
        ("{ ivr: { id: 2, question_id: 5 } }", "{ ivr: { id: 2, question_id: 1 } }", "hangup", "", &shared("an IVR")),
        (
            "{ transfer: { destination: 800-555-0101 } }",
            "{ transfer: { destination: \"{{ flow.desk }}\" } }",
            "hangup",
            here,
            "",
        ),
        (
            "{ findme: { phone_list: [8005550101], record: 1 } }",
            "{ findme: { phone_list: [8005550101] } }",
            "hangup",
            here,
            "",
        ),
        (
            "{ rules: [{ when: answers.x, do: { ivr: { id: 2 } } }, { do: hangup }] }",
            "{ ivr: { id: 2 } }",
            "hangup",
            "",
            &shared("an IVR"),
        ),
        // A rule that no call takes leads nowhere.
        (
            "{ rules: [{ when: answers.x, do: { ivr: { id: 2 } } }, { do: { ivr: { id: 3 } } }, { do: { ivr: { id: 1 } } }] }",
            "{ ivr: { id: 1 } }",
            "hangup",
            "",
            "this rule can never match: the one on line 11 always does",
        ),
        // The fallback may ring whom some verified callers reach as well.
        (
            "{ rules: [{ when: answers.x, do: { ivr: { id: 2 } } }, { do: { voicemail: { id: 7 } } }] }",
            "hangup",
            "hangup",
            "",
            "",
        ),
        (
            "{ voicemail: { id: 7 } }",
            "hangup",
            "hangup",
            "`verified` leads where the flow's fallback leads, which would let an unverified caller through",
            "",
        ),
    ] {
        let Checked { findings, .. } = login(verified, wrong, second);
        let of = |severity| {
            findings.iter().filter(move |found| found.severity == severity).map(|found| found.message.as_str())
        };
        assert_eq!(of(Severity::Error).collect::<String>(), error, "{verified}, {wrong}");
        assert_eq!(of(Severity::Warning).collect::<String>(), warning, "{verified}, {wrong}");
    }
}

#[test]
fn permissions_and_hours_that_do_nothing_are_said() {
    let warnings = |further: &str, ivr: &str| -> Vec<String> {
        let text = format!(
            "flow: a\nrealm: a\n{further}fallback: {{ dialogtech: hangup }}\ndialogtech: {{ ivrs: {{ 1: {ivr} }} }}\n"
        );
        let Checked { flow, findings, .. } = Flow::check(&text);
        assert!(flow.is_some(), "{findings:?}");
        findings.into_iter().map(|found| found.message).collect()
    };
    let idle = "`caller_may_choose` does nothing here: no caller has a hand in these numbers";
    for ivr in [
        "{ transfer: { destination: 8005550101, caller_may_choose: true } }",
        "{ findme: { id: 7, caller_may_choose: true } }",
        "{ findme: { phone_list: [8005550101], caller_may_choose: true } }",
    ] {
        assert_eq!(warnings("", ivr), [idle], "{ivr}");
    }
    let chosen = "{ findme: { phone_list: [8005550101, \"{{ answers.a }}\"], caller_may_choose: true } }";
    assert_eq!(
        warnings("", chosen),
        ["`answers` decides where the call goes: callers can have any number rung, at your cost"]
    );
    assert_eq!(warnings("", "{ transfer: { destination: 8005550101, caller_may_choose: false } }"), [""; 0]);
    let hours = |open: &str| warnings(&format!("hours: {{ a: {{ zone: Europe/Paris, {open} }} }}\n"), "hangup");
    assert_eq!(hours("open: {}"), ["these hours never open"]);
    assert_eq!(hours("open: { daily: closed }, holidays: { 12-25: closed }"), ["these hours never open"]);
    assert_eq!(hours("open: {}, holidays: { 2026-12-24: 08:00-12:00 }"), [""; 0]);
}

#[test]
fn callers_choose_no_premium_number_and_flows_may() {
    let flow = |source: &str, further: &str| {
        format!(
            "flow: a\nrealm: a\nconstants: {{ info: \"9005550100\" }}\nnumbers: {{ lines: {{ \"8005550110\": \"9005550101\" }} }}\n\
             fallback: {{ dialogtech: hangup }}\ndialogtech: {{ ivrs: {{ 1: {{ transfer: {{ destination: {source}{further} }} }} }} }}\n"
        )
    };
    let answer = |text: &str, keyed: &str| {
        let query = format!("ivr_id=1&ivr_number_called=8005550110&n={keyed}");
        super::answers::answer(&super::answers::load(text), &query, &super::answers::Known::nobody(), MONDAY)
    };
    let chosen = flow("\"{{ answers.n }}\"", ", caller_may_choose: true");
    for refused in ["9005550100", "19005550100", "4115550100", "9115550100"] {
        assert_eq!(answer(&chosen, refused), Err(Undecided::Template(TemplateError::NoNumber)), "{refused}");
    }
    for passes in ["8005550101", "8765550101"] {
        assert!(answer(&chosen, passes).is_ok_and(|text| text.contains(passes)), "{passes}");
    }
    for source in ["9005550100", "\"{{ flow.info }}\"", "\"{{ listed('lines', call.ivr_number_called) }}\""] {
        assert!(answer(&flow(source, ""), "").is_ok_and(|text| text.contains("90055501")), "{source}");
    }
}
