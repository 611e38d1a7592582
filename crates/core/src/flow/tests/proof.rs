//! What is proved of a flow, and the shortest way that shows where it is not so.

use super::super::*;
use super::answers::{Known, answer, at, load, query, text_of};

fn findings(ivrs: &str) -> Vec<String> {
    let text = format!(
        "flow: a\nrealm: a\nfallback: {{ dialogtech: hangup }}\ndialogtech:\n  ivrs:\n{}",
        ivrs.lines().map(|line| format!("    {}\n", line.trim())).collect::<String>()
    );
    let errors = Flow::check(&text).findings.into_iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{}: {}", found.line, found.message)).collect()
}

fn login(further: &str) -> String {
    format!(
        "1: {{ verify_pin: {{ user: \"{{{{ answers.a }}}}\", pin: \"{{{{ answers.p }}}}\", verified: {{ ivr: {{ id: 9 }} }}, \
         wrong: {{ ivr: {{ id: 1 }} }}, {further} }} }}"
    )
}

#[test]
fn every_call_has_a_way_to_its_end() {
    for (ivrs, expected) in [
        ("1: { ivr: { id: 1 } }", vec!["6: a call never ends here: IVR 1 → IVR 1"]),
        (
            "1: { ivr: { id: 2 } }\n2: { ivr: { id: 3 } }\n3: { ivr: { id: 2 } }",
            vec!["7: a call never ends here: IVR 2 → IVR 3 → IVR 2"],
        ),
        (
            "1: { rules: [{ when: answers.a, do: { ivr: { id: 2 } } }, { do: { ivr: { id: 1 } } }] }\n2: { ivr: { id: 1 } }",
            vec!["6: a call never ends here: IVR 1 (otherwise) → IVR 1"],
        ),
        // One way out is enough, the fallback where no rule holds among them.
        ("1: { rules: [{ when: answers.a, do: { ivr: { id: 1 } } }] }", vec![]),
        ("1: { rules: [{ when: answers.a, do: hangup }, { do: { ivr: { id: 1 } } }] }", vec![]),
        ("1: { ivr: { id: 99 } }", vec![]),
        ("1: { findme: { id: 5, nextaction: 6, nextactionitem: 1 } }", vec![]),
        ("1: { say: Hello }", vec![]),
    ] {
        assert_eq!(findings(ivrs), expected, "{ivrs}");
    }
}

#[test]
fn a_caller_without_tries_is_not_asked_again() {
    let asked = "6: a caller who has no tries left is asked for a PIN again: ";
    for (further, others, expected) in [
        ("locked: hangup", "", vec![]),
        ("unanswered: { ivr: { id: 1 } }", "", vec![]),
        ("too_many_attempts: { ivr: { id: 1 } }", "", vec!["IVR 1 (too_many_attempts) → IVR 1"]),
        ("locked: { ivr: { id: 2 } }", "2: { ivr: { id: 1 } }", vec!["IVR 1 (locked) → IVR 2 → IVR 1"]),
        (
            "too_many_attempts: { ivr: { id: 2 } }, locked: hangup",
            "2: { rules: [{ when: answers.x == \"1\", do: { ivr: { id: 3 } } }, { do: hangup }] }\n3: { ivr: { id: 1 } }",
            vec!["IVR 1 (too_many_attempts) → IVR 2 (answers.x == \"1\") → IVR 3 → IVR 1"],
        ),
        (
            "too_many_attempts: { findme: { id: 5, nextaction: 6, nextactionitem: 1 } }",
            "",
            vec!["IVR 1 (too_many_attempts, nobody answers) → IVR 1"],
        ),
        (
            "too_many_attempts: { rules: [{ when: answers.x, do: { ivr: { id: 1 } } }] }, locked: hangup",
            "",
            vec!["IVR 1 (too_many_attempts, answers.x) → IVR 1"],
        ),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|way| format!("{asked}{way}")).collect();
        assert_eq!(findings(&format!("{}\n{others}", login(further))), expected, "{further}");
    }
}

#[test]
fn the_fallback_never_leads_to_a_pin_question() {
    let found = |fallback: &str, others: &str| {
        let text = format!(
            "flow: a\nrealm: a\nfallback: {{ dialogtech: {fallback} }}\ndialogtech:\n  ivrs:\n    {}\n{others}",
            login("unanswered: hangup")
        );
        Flow::load(&text).map_or_else(|mistakes| mistakes.to_string(), |_| String::new())
    };
    let help = " (when something fails, nothing is known of the call, so its tries would begin anew: let it ring people, \
                take a message or end the call)";
    for (fallback, others, expected) in [
        ("{ ivr: { id: 1 } }", "", "the fallback → IVR 1"),
        ("{ findme: { id: 5, nextaction: 6, nextactionitem: 1 } }", "", "the fallback → IVR 1"),
        (
            "{ ivr: { id: 2 } }",
            "    2: { rules: [{ when: answers.x, do: { ivr: { id: 3 } } }, { do: hangup }] }\n    3: { ivr: { id: 1 } }\n",
            "the fallback → IVR 2 (answers.x) → IVR 3 → IVR 1",
        ),
    ] {
        let expected = format!("line 3, column 25: the fallback leads to a PIN question: {expected}{help}");
        assert_eq!(found(fallback, others), expected, "{fallback}");
    }
    for (fallback, others) in [
        ("{ ivr: { id: 99 } }", ""),
        ("{ ivr: { id: 2 } }", "    2: { voicemail: { id: 7 } }\n"),
        ("{ findme: { id: 5, nextaction: 2, nextactionitem: 1 } }", ""),
    ] {
        assert_eq!(found(fallback, others), "", "{fallback}");
    }
}

#[test]
fn rules_that_no_call_takes_are_no_way_out() {
    let never = "6: a call never ends here: IVR 1 (otherwise) → IVR 1";
    for rules in [
        "{ when: \"false\", do: hangup }, { do: { ivr: { id: 1 } } }",
        "{ when: 1 == 2, do: hangup }, { do: { ivr: { id: 1 } } }",
        "{ when: not true, do: hangup }, { do: { ivr: { id: 1 } } }",
        "{ when: none, do: hangup }, { do: { ivr: { id: 1 } } }",
        "{ when: '\"\"', do: hangup }, { do: { ivr: { id: 1 } } }",
        "{ do: { ivr: { id: 1 } } }, { do: hangup }",
        "{ when: 1, do: { ivr: { id: 1 } } }, { do: hangup }",
        "{ when: '\"NA\"', do: { ivr: { id: 1 } } }, { when: answers.a, do: hangup }",
    ] {
        assert_eq!(findings(&format!("1: {{ rules: [{rules}] }}")), [never], "{rules}");
    }
    assert_eq!(
        findings(
            "1: { rules: [{ when: answers.a, do: { ivr: { id: 1 } } }, { when: answers.a, do: hangup }, { do: { ivr: { id: 1 } } }] }"
        ),
        ["6: a call never ends here: IVR 1 (answers.a) → IVR 1"]
    );
    // What depends on the call, the time or the flow's constants is judged when it is asked.
    let open = "1: { rules: [{ when: split(\"a\") == \"b\", do: hangup }, { do: { ivr: { id: 1 } } }] }";
    let defined =
        "flow: a\nrealm: a\nsplit: { a: { b: 0, c: 100 } }\nfallback: { dialogtech: hangup }\ndialogtech: { ivrs: {";
    assert!(Flow::load(&format!("{defined} {open} }} }}\n")).is_ok());
}

fn warnings(ivrs: &str) -> Vec<String> {
    let text = format!("flow: a\nrealm: a\nfallback: {{ dialogtech: hangup }}\ndialogtech:\n  ivrs:\n{ivrs}\n");
    let Checked { flow, findings, .. } = Flow::check(&text);
    assert!(flow.is_some(), "{findings:?}");
    findings.into_iter().map(|found| found.message).collect()
}

#[test]
fn a_loop_that_silence_does_not_end_is_said() {
    let round = "while nobody keys or answers anything, a call goes round here for ever: ";
    for (ivrs, expected) in [
        (
            "    1: { rules: [{ when: answers.choice == \"9\", do: hangup }, { do: { ivr: { id: 1 } } }] }",
            Some("IVR 1 (otherwise) → IVR 1"),
        ),
        (
            "    1: { findme: { phone_list: [\"2125550101\"], nextaction: 6, nextactionitem: 1 } }",
            Some("IVR 1 (nobody answers) → IVR 1"),
        ),
        (
            "    1: { rules: [{ when: answers.choice == \"9\", do: hangup }, { do: { ivr: { id: 2 } } }] }\n    2: { ivr: { id: 1 } }",
            Some("IVR 1 (otherwise) → IVR 2 → IVR 1"),
        ),
        (
            "    1: { rules: [{ when: answers.choice | int <= 3, do: hangup }, { when: answers.choice == \"NA\", do: { ivr: { id: 1 } } }, { do: { ivr: { id: 1 } } }] }",
            Some("IVR 1 (answers.choice == \"NA\") → IVR 1"),
        ),
        // Whoever keys nothing gets out here, or may.
        ("    1: { rules: [{ when: answers.choice == \"9\", do: { ivr: { id: 1 } } }, { do: hangup }] }", None),
        ("    1: { rules: [{ when: answers.choice != \"9\", do: hangup }, { do: { ivr: { id: 1 } } }] }", None),
        ("    1: { rules: [{ when: answers.choice is undefined, do: hangup }, { do: { ivr: { id: 1 } } }] }", None),
        (
            "    1: { rules: [{ when: pass.round | int >= 3, do: hangup }, { when: answers.choice == \"9\", do: hangup }, { do: { ivr: { id: 1, pass: { round: \"{{ pass.round | default(0) | int + 1 }}\" } } } }] }",
            None,
        ),
        ("    1: { findme: { phone_list: [\"2125550101\"], nextaction: 2, nextactionitem: 1 } }", None),
        ("    1: { findme: { phone_list: [\"2125550101\"] } }", None),
        // Silence uses up the tries.
        (&format!("    {}", login("unanswered: { ivr: { id: 1 } }")), None),
    ] {
        let expected: Vec<String> = expected.map(|way| format!("{round}{way}")).into_iter().collect();
        assert_eq!(warnings(ivrs), expected, "{ivrs}");
    }
    // A flow that counts its rounds as the help says comes to an end.
    let flow = "flow: a\nrealm: a\nfallback: { dialogtech: hangup }\ndialogtech:\n  ivrs:\n    1:\n      rules:\n        \
                - { when: pass.round | int >= 3, do: hangup }\n        \
                - { do: { ivr: { id: 1, pass: { round: \"{{ pass.round | default(0) | int + 1 }}\" } } } }\n";
    let (flow, mut rounds, mut pass) = (load(flow), 0, String::new());
    loop {
        let given = answer(
            &flow,
            &query(&[("ivr_id", "1"), ("ivr_pass_through", &pass)]),
            &Known::nobody(),
            at("2026-11-23T15:00Z"),
        );
        pass = text_of(&given.unwrap(), "p_t");
        if pass.is_empty() {
            break;
        }
        rounds += 1;
    }
    assert_eq!(rounds, 3);
}

#[test]
fn a_login_that_leads_to_itself_is_said() {
    let itself = |verified: &str| {
        warnings(&format!(
            "    1: {{ verify_pin: {{ user: \"{{{{ answers.a }}}}\", pin: \"{{{{ answers.p }}}}\", verified: {verified}, \
             wrong: {{ ivr: {{ id: 1 }} }}, unanswered: hangup }} }}\n    2: {{ ivr: {{ id: 1 }} }}"
        ))
    };
    let said =
        |warnings: Vec<String>| warnings.into_iter().filter(|w| w.contains("its own question")).collect::<Vec<_>>();
    assert_eq!(
        said(itself("{ ivr: { id: 1, question_id: 7 } }")),
        ["the right PIN leads back to its own question: IVR 1 (verified) → IVR 1"]
    );
    // Somebody else may log in after a menu.
    assert_eq!(itself("{ ivr: { id: 2 } }"), [""; 0]);
}
