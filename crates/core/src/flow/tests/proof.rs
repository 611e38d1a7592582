//! What is proved of a flow, and the shortest way that shows where it fails.

use super::super::*;

/// What is found in a flow of these IVRs, a line each, with a severity: the line and the message.
fn found(fallback: &str, ivrs: &str, severity: Severity) -> Vec<String> {
    let lines = ivrs.lines().map(str::trim).filter(|line| !line.is_empty());
    let ivrs = lines.map(|line| format!("  {line}\n")).collect::<String>();
    // Somebody must be answered, and neither ids nor `starts` are wanted in each of these flows.
    let wix = "wix_answers: { success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, failure: disconnect }";
    let fallback = format!("fallback: {{ do: {fallback}, wix_answers: disconnect }}");
    let text = format!("flow: a\nrealm: a\n{fallback}\nivrs:\n{ivrs}{wix}");
    let found = Flow::check(&text, None).findings.into_iter().filter(|found| found.severity == severity);
    found.map(|found| format!("{}: {}", found.line, found.message)).collect()
}

fn errors(ivrs: &str) -> Vec<String> {
    found("hangup", ivrs, Severity::Error)
}

/// A login whose right PIN leads to `in`.
fn login(further: &str) -> String {
    format!(
        "login: {{ verify_pin: {{ user: \"{{{{ answers.a }}}}\", pin: \"{{{{ answers.p }}}}\", verified: {{ ivr: in }}, \
         wrong: {{ ivr: login }}, {further} }} }}\nin: {{ id: 9 }}"
    )
}

#[test]
fn every_call_has_a_way_to_its_end() {
    for (ivrs, expected) in [
        ("a: { ivr: a }", vec!["5: a call never ends here: a → a"]),
        ("a: { ivr: b }\nb: { ivr: c }\nc: { ivr: b }", vec!["6: a call never ends here: b → c → b"]),
        (
            "a: { rules: [{ when: answers.a, do: { ivr: b } }, { do: { ivr: a } }] }\nb: { ivr: a }",
            vec!["5: a call never ends here: a (otherwise) → a"],
        ),
        // One way out is enough, including the fallback if no rule holds.
        ("a: { rules: [{ when: answers.a, do: { ivr: a } }] }", vec![]),
        ("a: { rules: [{ when: answers.a, do: hangup }, { do: { ivr: a } }] }", vec![]),
        ("a: { ivr: portal }\nportal: { id: 99 }", vec![]),
        ("a: { id: 1, findme: { id: 5, nextaction: 6, nextactionitem: a } }", vec![]),
        ("a: { say: Hello }", vec![]),
    ] {
        assert_eq!(errors(ivrs.replace("a: { ivr: portal", "a: { id: 1, ivr: portal").as_str()), expected, "{ivrs}");
    }
}

#[test]
fn a_caller_without_tries_is_not_asked_again() {
    let asked = "5: a caller who has no tries left is asked for a PIN again: ";
    for (further, others, expected) in [
        ("locked: hangup", "", vec![]),
        ("unanswered: { ivr: login }", "", vec![]),
        ("too_many_attempts: { ivr: login }", "", vec!["login (too_many_attempts) → login"]),
        ("locked: { ivr: menu }", "menu: { ivr: login }", vec!["login (locked) → menu → login"]),
        (
            "too_many_attempts: { ivr: menu }, locked: hangup",
            "menu: { rules: [{ when: answers.x == \"1\", do: { ivr: c } }, { do: hangup }] }\nc: { ivr: login }",
            vec!["login (too_many_attempts) → menu (answers.x == \"1\") → c → login"],
        ),
        (
            "too_many_attempts: { findme: { id: 5, nextaction: 6, nextactionitem: login } }",
            "",
            vec!["login (too_many_attempts, nobody answers) → login"],
        ),
        (
            "too_many_attempts: { rules: [{ when: answers.x, do: { ivr: login } }] }, locked: hangup",
            "",
            vec!["login (too_many_attempts, answers.x) → login"],
        ),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|way| format!("{asked}{way}")).collect();
        assert_eq!(errors(&without_ids(&format!("{}\n{others}", login(further)))), expected, "{further}");
    }
}

/// The same IVRs in a flow that DialogTech doesn't run.
fn without_ids(ivrs: &str) -> String {
    ivrs.replace("in: { id: 9 }", "in: {}")
}

#[test]
fn the_fallback_never_leads_to_a_pin_question() {
    let found = |fallback: &str, others: &str| {
        let ivrs = format!("{}\n{others}", login("unanswered: hangup"));
        found(fallback, &without_ids(&ivrs), Severity::Error)
    };
    for (fallback, others, expected) in [
        ("{ ivr: login }", "", "the fallback → login"),
        ("{ findme: { id: 5, nextaction: 6, nextactionitem: login } }", "", "the fallback → login"),
        (
            "{ ivr: b }",
            "b: { rules: [{ when: answers.x, do: { ivr: c } }, { do: hangup }] }\nc: { ivr: login }",
            "the fallback → b (answers.x) → c → login",
        ),
    ] {
        let expected = format!("3: the fallback leads to a PIN question: {expected}");
        assert_eq!(found(fallback, others), [expected], "{fallback}");
    }
    for (fallback, others) in [
        ("{ ivr: portal }", "portal: {}"),
        ("{ ivr: b }", "b: { voicemail: { id: 7 } }"),
        ("{ findme: { id: 5, nextaction: 2, nextactionitem: 1 } }", ""),
    ] {
        assert_eq!(found(fallback, others), [""; 0], "{fallback}");
    }
}

#[test]
fn a_fallback_that_leads_to_what_can_fail_is_said() {
    let warned = |others: &str| found("{ ivr: sorry }", others, Severity::Warning);
    let said =
        "3: the fallback leads to a step that can fail, and then it follows again, for ever: the fallback → sorry";
    let to = "{ transfer: { destination: \"{{ answers.a }}\", caller_may_choose: true } }";
    for (others, way) in [
        (format!("sorry: {to}"), ""),
        ("sorry: { say: \"{{ answers.a | int }}\" }".to_owned(), ""),
        ("sorry: { rules: [{ when: answers.a, do: hangup }] }".to_owned(), ""),
        (
            format!("sorry: {{ rules: [{{ when: answers.a, do: {{ ivr: b }} }}, {{ do: hangup }}] }}\nb: {to}"),
            " (answers.a) → b",
        ),
    ] {
        assert_eq!(warned(&others).first(), Some(&format!("{said}{way}")), "{others}");
    }
    for others in [
        "sorry: hangup",
        "sorry: { say: We are sorry. }",
        "sorry: { rules: [{ when: answers.a, do: hangup }, { do: { voicemail: { id: 7 } } }] }",
    ] {
        assert_eq!(warned(others), [""; 0], "{others}");
    }
}

#[test]
fn rules_that_no_call_takes_are_no_way_out() {
    let never = "5: a call never ends here: a (otherwise) → a";
    for rules in [
        "{ when: \"false\", do: hangup }, { do: { ivr: a } }",
        "{ when: 1 == 2, do: hangup }, { do: { ivr: a } }",
        "{ when: not true, do: hangup }, { do: { ivr: a } }",
        "{ when: none, do: hangup }, { do: { ivr: a } }",
        "{ when: '\"\"', do: hangup }, { do: { ivr: a } }",
        "{ do: { ivr: a } }, { do: hangup }",
        "{ when: 1, do: { ivr: a } }, { do: hangup }",
        "{ when: '\"NA\"', do: { ivr: a } }, { when: answers.a, do: hangup }",
    ] {
        assert_eq!(errors(&format!("a: {{ rules: [{rules}] }}")), [never], "{rules}");
    }
    assert_eq!(
        errors(
            "a: { rules: [{ when: answers.a, do: { ivr: a } }, { when: answers.a, do: hangup }, { do: { ivr: a } }] }"
        ),
        ["5: a call never ends here: a (answers.a) → a"]
    );
    // What depends on the call, the time or the flow's constants is judged when it is asked.
    let open = "{ rules: [{ when: split(\"a\") == \"b\", do: hangup }, { do: { ivr: a } }] }";
    let defined = "flow: a\nrealm: a\nsplit: { a: { b: 0, c: 100 } }\nfallback: { do: hangup }\n";
    assert!(Flow::load(&format!("{defined}starts: a\nivrs: {{ a: {open} }}\n")).is_ok());
}

/// What is found in a flow that loads.
fn warnings(ivrs: &str) -> Vec<String> {
    assert_eq!(errors(ivrs), [""; 0], "{ivrs}");
    let found = found("hangup", ivrs, Severity::Warning);
    found.into_iter().map(|found| found.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_loop_that_silence_does_not_end_is_said() {
    let round = "while nobody keys or answers anything, a call goes round here for ever: ";
    let said = |ivrs: &str| warnings(ivrs).into_iter().filter(|found| found.starts_with(round)).collect::<Vec<_>>();
    for (ivrs, expected) in [
        (
            "a: { rules: [{ when: answers.choice == \"9\", do: hangup }, { do: { ivr: a } }] }",
            Some("a (otherwise) → a"),
        ),
        (
            "a: { findme: { phone_list: [\"2125550101\"], nextaction: 6, nextactionitem: a } }",
            Some("a (nobody answers) → a"),
        ),
        (
            "a: { rules: [{ when: answers.choice == \"9\", do: hangup }, { do: { ivr: b } }] }\nb: { ivr: a }",
            Some("a (otherwise) → b → a"),
        ),
        (
            "a: { rules: [{ when: answers.choice | int <= 3, do: hangup }, { when: answers.choice == \"NA\", do: { ivr: a } }, { do: { ivr: a } }] }",
            Some("a (otherwise) → a"),
        ),
        // A caller who keys nothing gets out here, or may.
        ("a: { rules: [{ when: answers.choice == \"9\", do: { ivr: a } }, { do: hangup }] }", None),
        ("a: { rules: [{ when: answers.choice != \"9\", do: hangup }, { do: { ivr: a } }] }", None),
        ("a: { rules: [{ when: answers.choice is undefined, do: hangup }, { do: { ivr: a } }] }", None),
        (
            "a: { rules: [{ when: pass.round | int(0) >= 3, do: hangup }, { when: answers.choice == \"9\", do: hangup }, { do: { ivr: { to: a, pass: { round: \"{{ pass.round | default(0) | int + 1 }}\" } } } }] }",
            None,
        ),
        ("a: { findme: { phone_list: [\"2125550101\"], nextaction: 2, nextactionitem: 1 } }", None),
        ("a: { findme: { phone_list: [\"2125550101\"] } }", None),
        // Silence uses up the tries.
        (&without_ids(&login("unanswered: { ivr: login }")), None),
    ] {
        let expected: Vec<String> = expected.map(|way| format!("{round}{way}")).into_iter().collect();
        assert_eq!(said(ivrs), expected, "{ivrs}");
    }
}

#[test]
fn a_login_that_leads_to_itself_is_said() {
    let itself = |verified: &str| {
        let ivrs = without_ids(&login("unanswered: hangup"))
            .replace("verified: { ivr: in }", &format!("verified: {verified}"));
        let found = warnings(&format!("{ivrs}\nmenu: {{ ivr: login }}"));
        found.into_iter().filter(|w| w.contains("its own question")).collect::<Vec<_>>()
    };
    assert_eq!(
        itself("{ ivr: { to: login, question_id: 7 } }"),
        ["the right PIN leads back to its own question: login (verified) → login"]
    );
    // Somebody else may log in after a menu.
    assert_eq!(itself("{ ivr: menu }"), [""; 0]);
}
