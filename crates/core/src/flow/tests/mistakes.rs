use super::super::*;
use super::GOOD;

/// Cases of two changed texts and the mistakes that follow, as the file's first line describes.
const CASES: &str = include_str!("mistakes.txt");

fn mistakes(text: &str) -> String {
    Flow::load(text).map_or_else(|mistakes| mistakes.to_string(), |_| "it loads".to_owned())
}

#[test]
fn the_flow_that_the_cases_change_loads() {
    assert_eq!(mistakes(GOOD), "it loads");
}

#[test]
fn each_mistake_is_found_with_its_place() {
    let (mut cases, mut others) = (0, Vec::new());
    for case in CASES.split("\n\n").skip(1) {
        let (change, said) = case.split_once('\n').unwrap();
        let (there, instead) = change.split_once(" => ").unwrap();
        let (there, instead) = (there.replace("\\n", "\n"), instead.replace("\\n", "\n"));
        assert_eq!(GOOD.matches(&there).count(), 1, "{there} is not in the good file once");
        let said: Vec<_> = said.lines().map(str::trim).collect();
        let found = mistakes(&GOOD.replace(&there, &instead));
        if found != said.join("\n") {
            others.push(format!("{change}\n    {}\n", found.replace('\n', "\n    ")));
        }
        cases += 1;
    }
    assert!(others.is_empty(), "what these cases say is not what is found:\n\n{}", others.join("\n"));
    assert!(cases > 80, "{cases} cases");
}

/// Found by fuzzing: the parser is on a line of its own at the end of a file whose last line has no line break, and it
/// counts the bytes of a directive.
#[test]
fn what_is_not_yaml_has_its_place_in_the_file() {
    for (text, place) in [
        ("flow: f\nrealm: { f", "line 2, column 11: "),
        ("flow: f\r\nrealm: [f", "line 2, column 10: "),
        ("flow: f\rrealm: \"f", "line 2, column 8: "),
        ("\u{feff}realm: { f", "line 1, column 11: "),
        ("flow: >-\n  x\n?r? ealm\":: |\n: { dest", "line 4, column 9: "),
        ("%ééé\0\r\n:", "line 1, column 6: "),
    ] {
        let found = mistakes(text);
        let last = found.lines().last().unwrap();
        assert!(last.starts_with(&format!("{place}this is not YAML")), "{text:?}: {found}");
    }
}

#[test]
fn ten_mistakes_are_found_at_once_in_the_files_order() {
    let text = r#"
flow: My Flow
relm: demo
lockout: { attempts: 0, lock: soon }
fallback:
  wix_answers: hang up
wix_answers:
  success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064
  failure: sorry
ivrs:
  ring:
    id: 1
    findme: { phone_list: ["0005550100"], timeout: 10 }
  read: { id: 2, say: "{{ answers.pin }" }
  go: { id: 3, ivr: rnig }
"#;
    let expected = "\
line 2, column 7: a name has 1 to 63 characters: lower-case letters, digits, `-` and `_`, beginning with a letter or digit
line 3, column 1: unknown key `relm` (did you mean `realm`?)
line 4, column 22: expected `attempts`, a whole number from 1 to 10, found `0`
line 4, column 31: expected `lock`, a length of time such as `30s`, `30m`, `24h` or `1d`, found `soon`
line 6, column 3: `fallback` has no `do`, and the flow answers for its IVRs (it is what a caller gets when anything fails)
line 6, column 16: expected an IVR (a name under `wix_answers: ivrs`, or a GUID) or `disconnect` (an IVR's GUID has 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them)
line 9, column 12: expected an IVR (a name under `wix_answers: ivrs`, or a GUID) or `disconnect` (an IVR's GUID has 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them)
line 13, column 28: a North American telephone number begins with a digit from 2 to 9 after `+1`
line 13, column 52: expected `timeout` in seconds, a whole number from 20 to 60, found `10`
line 14, column 24: the text cannot be read: `{{` is closed by `}` (write `}}`)
line 15, column 21: the flow has no IVR `rnig` (did you mean `ring`?)";
    assert_eq!(mistakes(text), expected);
}

#[test]
fn one_slip_brings_one_message() {
    for (there, instead, message) in [
        ("realm: shop", "relam: shop", "unknown key `relam` (did you mean `realm`?)"),
        ("fallback:", "falback:", "unknown key `falback` (did you mean `fallback`?)"),
        (
            "  wix_answers: disconnect",
            "  wix_answer: disconnect",
            "unknown key `wix_answer` (did you mean `wix_answers`?)",
        ),
        ("starts: login", "start: login", "unknown key `start` (did you mean `starts`?)"),
        ("wrong: { ivr: login }", "wrnog: { ivr: login }", "unknown key `wrnog` (did you mean `wrong`?)"),
        // A definition that can't be read is still one.
        (
            "bye: { id: 3, do: hangup }",
            "bye: { rules: [{ when: open(\"desk\"), do: hangup }, { do: hangup }] }\nhours: { desk: { zone: Mars, open: {} } }",
            "there is no time zone `Mars` (IANA), such as `America/New_York`",
        ),
    ] {
        assert_eq!(GOOD.matches(there).count(), 1, "{there}");
        let found = mistakes(&GOOD.replace(there, instead));
        assert_eq!(found.split_once(": ").map(|(_, found)| found), Some(message), "{instead}");
    }
}

#[test]
fn what_nothing_leads_to_and_what_nothing_says_is_found() {
    let warnings = |there: &str, instead: &str| -> Vec<String> {
        assert_eq!(GOOD.matches(there).count(), 1, "{there}");
        let Checked { flow, findings, .. } = Flow::check(&GOOD.replace(there, instead), None);
        assert!(flow.is_some(), "{findings:?}");
        findings.into_iter().map(|found| found.to_string()).collect()
    };
    assert_eq!(warnings("starts: login", "starts: login"), [""; 0]);
    let bye = "bye: { id: 3, do: hangup }";
    for (there, instead, found) in [
        (
            bye,
            "bye: { id: 3, says: \"Goodbye.\", do: hangup }",
            "line 27, column 3: no call comes to `bye`: nothing leads there from where calls start (lead to it, or name it in \
             `starts` if a number of its own does)",
        ),
        (
            "unanswered: hangup",
            "unanswered: { ivr: bye }\n  bye: { id: 3, says: \"Goodbye, @name.\", do: hangup }",
            "line 25, column 3: nothing that leads to `bye` gives `@name`: callers hear it as it is (add `user_parameters: { \
             name: ... }` where an action leads here)",
        ),
        (
            "do: { transfer: { destination: \"8005550100\" } }",
            "do: { transfer: { destination: \"9005550100\" } }",
            "line 7, column 34: `9005550100` is a premium or service number (every call to it is at your cost)",
        ),
        (
            "unanswered: hangup",
            "unanswered: { findme: { phone_list: [\"8005550101\", \"9005550100\"] } }",
            "line 24, column 58: `9005550100` is a premium or service number (every call to it is at your cost)",
        ),
        (
            "id: \"1\"",
            "id: \"01\"",
            "line 15, column 9: the id `01` begins with a zero, and ids are compared as they are written (write it as the \
             portal shows it)",
        ),
    ] {
        let good = if instead.contains("\n  bye:") { GOOD.replace(&format!("  {bye}\n"), "") } else { GOOD.to_owned() };
        let Checked { flow, findings, .. } = Flow::check(&good.replace(there, instead), None);
        assert!(flow.is_some(), "{findings:?}");
        assert_eq!(findings.into_iter().map(|found| found.to_string()).collect::<Vec<_>>(), [found], "{instead}");
    }
}

#[test]
fn files_that_are_no_flow_are_refused_in_a_sentence() {
    for (text, said) in [
        ("", "line 1, column 1: the file is empty"),
        ("# nothing\n", "line 1, column 1: the file is empty"),
        ("\u{feff}~", "line 1, column 1: the file is empty"),
        (
            "- a",
            "line 1, column 1: expected a flow, a mapping of keys such as `flow`, `realm` and `fallback`, found a list",
        ),
        (&"#".repeat(400_001), "line 1, column 1: the file has 400001 bytes; a flow has at most 400000"),
    ] {
        assert_eq!(mistakes(text), said);
    }
}

#[test]
fn files_made_to_hurt_overflow_no_stack_and_come_to_an_end() {
    let bomb = (0..40).map(|n| format!("a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)).collect::<String>();
    for text in [
        "[".repeat(100_000),
        "{".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(200_000),
        "? ".repeat(200_000),
        "a:\n ".repeat(100_000),
        (0..800).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
        format!("a0: &a0 [x]\n{bomb}"),
        "a: b\n".repeat(80_000),
        (0..8_000).map(|n| format!("k{n}: 1\n")).collect(),
        format!("flow: {}", "a ".repeat(199_000)),
        format!("flow: \"{}", "\n".repeat(399_000)),
        format!("a: [{}", "x, ".repeat(130_000)),
        format!("a: {}", "!".repeat(399_000)),
        "\u{0}".repeat(400_000),
        format!("{}  four: {{ say: \"{{{{ {} }}}}\" }}\n", GOOD, "(".repeat(8000)),
        format!("{}  four: {{ say: \"{{{{ {}1 }}}}\" }}\n", GOOD, "1+".repeat(4000)),
        format!("{}  four: {{ say: \"{{{{ {}1 }}}}\" }}\n", GOOD, "1+".repeat(249)),
        format!("{}  four: {{ say: \"{{{{ call{} }}}}\" }}\n", GOOD, ".a".repeat(249)),
        format!("{}  four: {{ say: \"{{{{ call{} }}}}\" }}\n", GOOD, "|d".repeat(249)),
        format!("{}  four: {{ say: \"{{% if call %}}{}{{% endif %}}\" }}\n", GOOD, "{% elif call %}".repeat(160)),
    ] {
        drop(Flow::load(&text));
    }
}
