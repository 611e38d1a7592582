//! What is found in rules, conditions, outcomes, permissions and hours.

use super::super::*;

const FLOW: &str = include_str!("rules.yaml");

#[test]
fn what_is_legal_and_unwise_is_said() {
    let warnings = |there: &str, instead: &str| -> Vec<String> {
        assert_eq!(FLOW.matches(there).count(), 1, "{there}");
        let checked = Flow::check(&FLOW.replace(there, instead), None);
        let before: Vec<_> = Flow::check(FLOW, None).findings.into_iter().map(|found| found.message).collect();
        assert!(checked.flow.is_some(), "{:?}", checked.findings);
        assert!(checked.findings.iter().all(|found| found.severity == Severity::Warning));
        checked
            .findings
            .into_iter()
            .filter(|found| !before.contains(&found.message))
            .map(|found| found.to_string())
            .collect()
    };
    assert_eq!(Flow::check(FLOW, None).findings.len(), 3, "three lists of rules have no last one");
    assert_eq!(
        warnings("      - do: hangup\n", "      - do: hangup\n      - when: answers.a\n        do: hangup\n"),
        [
            "line 44, column 9: this rule can never match: the one on line 43 always does (put the rule without `when` last)"
        ]
    );
    assert_eq!(
        warnings("      - when: open(\"desk\")\n", "      - when: true\n"),
        [
            "line 41, column 9: this rule can never match: the one on line 39 always does (put the rule without `when` last)",
            "line 43, column 9: this rule can never match: the one on line 39 always does (put the rule without `when` last)"
        ]
    );
    assert_eq!(warnings("split(\"pilot\") == \"new\"", "false"), ["line 41, column 15: this rule can never match"]);
    assert_eq!(
        warnings("split(\"pilot\") == \"new\"", "open(\"desk\")"),
        ["line 41, column 15: this rule can never match: the one on line 39 has the same condition"]
    );
    assert_eq!(
        warnings(
            "destination: \"{{ listed('lines', call.ivr_number_called) }}\"",
            "destination: \"{{ answers.number }}\", caller_may_choose: true"
        ),
        ["line 38, column 40: `answers` decides where the call goes: callers can have any number rung, at your cost"]
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
            "`{name}` is a text but is compared with a number: the result is always the same (write `{name} | int`, or \
             put the number in quotes)"
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
        let before: Vec<_> = Flow::check(FLOW, None).findings.into_iter().map(|found| found.message).collect();
        let found = Flow::check(&text, None).findings.into_iter().filter(|found| !before.contains(&found.message));
        found.map(|found| found.to_string()).collect()
    };
    for (condition, expected) in [
        (
            "call.ivr_caler_id",
            "the provider sends no field `call.ivr_caler_id`: it is empty in every call (did you mean `ivr_caller_id`?)",
        ),
        (
            "call.caller_id",
            "the provider sends no field `call.caller_id`: it is empty in every call (did you mean `ivr_caller_id`?)",
        ),
        (
            "call.nosuchfield",
            "the provider sends no field `call.nosuchfield`: it is empty in every call (its fields begin with `ivr_`, or are ani, dnis, id, at)",
        ),
        (
            "source.st_campain",
            "the provider sends no field `source.st_campain`: it is empty in every call (did you mean `st_campaign`?)",
        ),
        (
            "source.campaign",
            "the provider sends no field `source.campaign`: it is empty in every call (did you mean `st_campaign`?)",
        ),
        (
            "caller.vip",
            "`caller.vip` holds for every text except the empty one, even for `false`, `no` and `0` (write `caller.vip | bool` or `caller.vip == \"true\"`)",
        ),
        (
            "not (caller.vip) and open(\"desk\")",
            "`caller.vip` holds for every text except the empty one, even for `false`, `no` and `0` (write `caller.vip | bool` or `caller.vip == \"true\"`)",
        ),
        (
            "caller.balance < 100",
            "`caller.balance` is compared with a number, but attributes imported from a CSV file are texts (write `caller.balance | float`)",
        ),
    ] {
        let name = expected.split('`').nth(1).unwrap();
        let name = if name.contains('.') { name } else { condition };
        let column = 15 + condition.find(name).unwrap_or_default();
        assert_eq!(said(condition), [format!("line 41, column {column}: {expected}")], "{condition}");
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
    let found = Flow::check(&text, None).findings.into_iter().find(|found| found.message.contains("`call.number`"));
    assert_eq!(found.and_then(|found| found.help).as_deref(), Some("known: callId, from, ani, id, at"));
}

#[test]
fn attributes_in_texts_are_no_conditions() {
    let found = |say: &str| {
        let text = format!("flow: a\nrealm: a\nfallback: {{ do: hangup }}\nivrs: {{ a: {{ id: 1, say: '{say}' }} }}\n");
        Flow::check(&text, None).findings.into_iter().map(|found| found.message).collect::<Vec<_>>()
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

#[test]
fn permissions_and_hours_that_do_nothing_are_said() {
    let warnings = |further: &str, ivr: &str| -> Vec<String> {
        let text = format!("flow: a\nrealm: a\n{further}fallback: {{ do: hangup }}\nstarts: a\nivrs: {{ a: {ivr} }}\n");
        let Checked { flow, findings, .. } = Flow::check(&text, None);
        assert!(flow.is_some(), "{findings:?}");
        findings.into_iter().map(|found| found.message).collect()
    };
    let idle = "`caller_may_choose` does nothing here: no caller can influence these numbers";
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
