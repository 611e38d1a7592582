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
        assert_eq!(GOOD.matches(&there).count(), 1, "{there} does not stand in the good file once");
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
  failure: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064
dialogtech:
  ivrs:
    1:
      findme: { phone_list: ["0005550100"], timeout: 10 }
    2: { say: "{{ answers.pin }" }
"#;
    let expected = "\
line 2, column 1: `realm` is missing
line 2, column 7: a name has 1 to 63 characters: lower-case letters, digits, `-` and `_`, beginning with a letter or digit
line 3, column 1: unknown key `relm` (did you mean `realm`?)
line 4, column 22: expected `attempts`, a whole number from 1 to 10, found `0`
line 4, column 31: expected `lock`, a length of time such as `30s`, `30m`, `24h` or `1d`, found `soon`
line 6, column 3: `fallback` has no `dialogtech`, and the flow answers that provider (it is what a caller gets when anything fails)
line 6, column 16: expected an IVR GUID or `disconnect`: an IVR's GUID has 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them
line 9, column 12: `failure` is the same IVR as `success`: it would let an unverified caller through
line 13, column 30: a telephone number has 10 digits (North American; +1 or a leading 1 may stand before it)
line 13, column 54: expected `timeout` in seconds, a whole number from 20 to 60, found `10`
line 14, column 15: the template does not parse: unexpected `}`, expected end of variable block";
    assert_eq!(mistakes(text), expected);
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
        (&"#".repeat(400_001), "line 1, column 1: the file has 400001 bytes, and a flow at most 400000"),
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
        (0..40_000).map(|n| format!("k{n}: 1\n")).collect(),
        format!("flow: {}", "a ".repeat(199_000)),
        format!("flow: \"{}", "\n".repeat(399_000)),
        format!("a: [{}", "x, ".repeat(130_000)),
        format!("a: {}", "!".repeat(399_000)),
        "\u{0}".repeat(400_000),
        format!("{}    4: {{ say: \"{{{{ {} }}}}\" }}\n", GOOD, "(".repeat(8000)),
        format!("{}    4: {{ say: \"{{{{ {}1 }}}}\" }}\n", GOOD, "1+".repeat(4000)),
        format!("{}    4: {{ say: \"{{{{ {}1 }}}}\" }}\n", GOOD, "1+".repeat(249)),
        format!("{}    4: {{ say: \"{{{{ call{} }}}}\" }}\n", GOOD, ".a".repeat(249)),
        format!("{}    4: {{ say: \"{{{{ call{} }}}}\" }}\n", GOOD, "|d".repeat(249)),
        format!("{}    4: {{ say: \"{{% if call %}}{}{{% endif %}}\" }}\n", GOOD, "{% elif call %}".repeat(160)),
    ] {
        drop(Flow::load(&text));
    }
}
