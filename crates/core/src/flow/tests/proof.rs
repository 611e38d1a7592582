//! What is proved of a flow, and the shortest way that shows where it is not so.

use super::super::*;

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
fn a_fallback_that_asks_again_is_found() {
    let text = format!(
        "flow: a\nrealm: a\nfallback: {{ dialogtech: {{ ivr: {{ id: 1 }} }} }}\ndialogtech: {{ ivrs: {{ {} }} }}\n",
        login("unknown: hangup")
    );
    let found = Flow::load(&text).unwrap_err().to_string();
    assert!(found.contains("IVR 1 (too_many_attempts) → IVR 1"), "{found}");
}
