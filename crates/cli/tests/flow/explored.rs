//! `ringbolt flow test --explore`: calls that nobody scripted, in examples that were changed for the worse

use crate::flow::deployment::{Said, flow_in};
use serde_json::Value;
use std::fs;

const FLOWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows");

/// What exploration finds in a copy of an example with these changes, as kind and line.
fn found(example: &str, changes: &[(&str, &str)]) -> Vec<(String, Option<u64>)> {
    findings(example, changes).into_iter().map(|(kind, line, _)| (kind, line)).collect()
}

/// The same with the shortest call.
fn findings(example: &str, changes: &[(&str, &str)]) -> Vec<(String, Option<u64>, String)> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flow.yaml"), changed(example, changes)).unwrap();
    let Said { code, out, err } = flow_in(folder.path(), &["test", "--explore", "--json", "flow.yaml"], b"");
    let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let explored = &document["exploration"][0];
    assert_eq!(explored["complete"], true, "{out}");
    let findings = explored["findings"].as_array().unwrap();
    assert_eq!(code, Some(if findings.is_empty() { 0 } else { 1 }), "{out}{err}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.iter().map(|one| (text(&one["kind"]), one["line"].as_u64(), text(&one["script"]))).collect()
}

fn changed(example: &str, changes: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(format!("{FLOWS}/{example}.yaml")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{example} has no {from}");
        text = text.replacen(from, to, 1);
    }
    text
}

/// The line on which a text is first, in a copy with these changes.
fn line(example: &str, changes: &[(&str, &str)], part: &str) -> Option<u64> {
    let text = changed(example, changes);
    let index = text.lines().position(|line| line.contains(part)).unwrap();
    Some(u64::try_from(index + 1).unwrap())
}

#[test]
fn nothing_is_found_in_examples_as_they_are() {
    for example in ["bank", "conference", "agency", "vip-and-language", "wix-four-ivrs", "campaign-routing"] {
        assert_eq!(found(example, &[]), [], "{example}");
    }
}

#[test]
fn a_call_that_goes_round_without_a_question_is_found() {
    let changes = [("      - do: { voicemail: { id: 501 } }", "      - do: { ivr: support }")];
    assert_eq!(found("bank", &changes), [("endless".to_owned(), line("bank", &changes, "- do: { ivr: support }"))]);
}

#[test]
fn a_question_that_silence_asks_again_and_again_is_found() {
    let changes = [(
        r#"      - do: { ivr: { to: support, user_parameters: { reason: "Thank you." } } }"#,
        "      - do: { ivr: menu }",
    )];
    assert_eq!(found("bank", &changes), [("endless".to_owned(), line("bank", &changes, "- do: { ivr: menu }"))]);
}

#[test]
fn a_pin_question_without_tries_is_found_also_if_the_proof_fails() {
    let changes = [(
        "      too_many_attempts: { transfer: { destination: \"{{ flow.organiser }}\" } }",
        "      too_many_attempts: { ivr: entrance }",
    )];
    let here = line("conference", &changes, "too_many_attempts:");
    assert_eq!(found("conference", &changes), [("endless".to_owned(), here), ("asked_again".to_owned(), here)]);
}

/// A rule that turns callers away after the right PIN, and tells them their balance all the same.
const TELLS_THE_BALANCE: (&str, &str) = (
    r#"        ivr: { to: menu, user_parameters: { firstname: "{{ caller.first_name | default('dear customer') }}" } }"#,
    r#"        rules:
          - when: caller.vip | bool
            verified: false
            do: { ivr: { to: support, user_parameters: { reason: "You have {{ caller.balance | spell }} dollars." } } }
          - do: { ivr: menu }"#,
);

#[test]
fn a_balance_heard_unverified_is_found_even_if_it_is_spelled_out() {
    let changes = [TELLS_THE_BALANCE];
    assert_eq!(found("bank", &changes), [("leak".to_owned(), line("bank", &changes, "- when: caller.vip | bool"))]);
}

#[test]
fn a_fallback_to_nowhere_is_found() {
    let people = r#"  do: { transfer: { destination: "8005550100" } }"#;
    let menu = [(people, "  do: { ivr: menu }")];
    assert!(found("bank", &menu).iter().any(|(kind, _)| kind == "fallback_asks"), "a question");
    let round = [
        (people, "  do: { ivr: sorry }"),
        ("  menu:\n", "  sorry: { id: 10077, says: \"We are sorry.\", ivr: sorry }\n  menu:\n"),
    ];
    assert_eq!(found("bank", &round), [("endless".to_owned(), line("bank", &round, "sorry: {"))]);
}

#[test]
fn a_case_without_a_rule_is_found() {
    let changes = [("      - do: { voicemail: { id: 501 } }\n", "")];
    assert_eq!(
        found("bank", &changes),
        [("fallback".to_owned(), line("bank", &changes, "id: 10009").map(|line| line - 1))]
    );
}

#[test]
fn a_call_that_was_found_can_be_pasted_and_played() {
    let [(_, _, script)] = findings("bank", &[TELLS_THE_BALANCE]).try_into().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bank.yaml"), changed("bank", &[TELLS_THE_BALANCE])).unwrap();
    let calls = format!("calls:\n{script}\n      - hear: You have\n      - ends: {{ transfer: \"8005550120\" }}\n");
    fs::write(folder.path().join("bank.calls.yaml"), calls).unwrap();
    let Said { code, out, err } = flow_in(folder.path(), &["test", "bank.yaml"], b"");
    assert_eq!(code, Some(0), "{out}{err}{script}");
}

#[test]
fn everything_that_is_found_can_be_pasted_into_one_file() {
    let changes = [
        (r#"  do: { transfer: { destination: "8005550100" } }"#, "  do: { ivr: sorry }"),
        ("  menu:\n", "  sorry: { id: 10077, says: \"We are sorry.\", ivr: sorry }\n  menu:\n"),
        ("      - do: { voicemail: { id: 501 } }", "      - do: { ivr: support }"),
    ];
    let found = findings("bank", &changes);
    assert!(found.iter().filter(|(kind, ..)| kind == "endless").count() > 1, "{found:?}");
    let steps_of_nothing =
        "flow: nothing\nrealm: nothing\nfallback: { do: hangup }\nstarts: a\nivrs: { a: { id: 1, ivr: a } }\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("nothing.yaml"), steps_of_nothing).unwrap();
    let Said { out, .. } = flow_in(folder.path(), &["test", "--explore", "--json", "nothing.yaml"], b"");
    let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"));
    let nothing = document["exploration"][0]["findings"][0]["script"].as_str().unwrap().to_owned();
    assert!(nothing.ends_with("    steps: []"), "{nothing}");
    fs::write(folder.path().join("bank.yaml"), changed("bank", &changes)).unwrap();
    for (flow, scripts) in
        [("bank", found.into_iter().map(|(.., script)| script).collect()), ("nothing", vec![nothing])]
    {
        fs::write(folder.path().join(format!("{flow}.calls.yaml")), format!("calls:\n{}\n", scripts.join("\n")))
            .unwrap();
        let Said { err, .. } = flow_in(folder.path(), &["test", "--explore", &format!("{flow}.yaml")], b"");
        assert!(!err.contains("calls.yaml"), "{err}");
    }
}

#[test]
fn a_limit_that_is_met_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bank.yaml"), changed("bank", &[])).unwrap();
    let Said { code, out, .. } = flow_in(folder.path(), &["test", "--explore", "--depth", "2", "bank.yaml"], b"");
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("the limit was met, so there is more: raise --depth or --most-calls"), "{out}");
}
