//! `ringbolt flow test`: scripted calls

use crate::flow::deployment::{Deployment, Said, flow_in};
use serde_json::Value;
use snapbox::{assert_data_eq, str};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const FLOWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows");

const CALLS: &str = r#"callers:
  - { user: "90786", pin: "837461", first_name: Ada, balance: "12.50" }
calls:
  - call: Ada hears her balance
    steps:
      - key: { account: "90786", pin: "837461" }
      - hear: Hello Grace
"#;

/// A folder with the bank's flow and these calls.
fn bank(calls: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(Path::new(FLOWS).join("bank.yaml"), folder.path().join("bank.yaml")).unwrap();
    fs::write(folder.path().join("bank.calls.yaml"), calls).unwrap();
    folder
}

fn test(folder: &Path, arguments: &[&str]) -> Said {
    flow_in(folder, &[&["test"], arguments].concat(), b"")
}

#[test]
fn every_example_goes_as_scripted_and_every_rule_and_outcome_is_reached() {
    let Said { code, out, err } = test(Path::new(FLOWS), &["--coverage", "100", "."]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let flows = fs::read_dir(FLOWS).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let flows = flows.filter(|name| name.ends_with(".yaml") && !name.ends_with(".calls.yaml")).count();
    assert_eq!(out.matches(": 100 %, ").count(), flows, "{out}");
}

#[test]
fn every_example_that_a_twiml_provider_can_play_goes_the_same_way_there() {
    let Said { code, out, err } = test(Path::new(FLOWS), &["--provider", "twiml", "."]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("\n85 passed, 0 failed ("), "{out}");
}

#[test]
fn a_step_that_fails_shows_what_was_expected_and_heard_and_the_call_so_far() {
    let folder = bank(CALLS);
    let Said { code, out, err } = test(folder.path(), &["bank.yaml"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_data_eq!(
        out,
        str![[r#"
FAILED  bank: Ada hears her balance
        at bank.calls.yaml:7:9
        expected: to hear "Hello Grace"
        heard:    "And your PIN, then pound.", then "Hello Ada. For your balance press 1, for a colleague press 2."
           0:00  Call starts at login
           0:00  “Welcome to Example Bank. Please key your account number, then pound.”
           0:08  Keyed 90786 #
           0:08  “And your PIN, then pound.”
           0:14  Keyed •••••• #
           0:14  Right PIN: `verified` of login (line 55).
           0:14  On to menu
           0:14  “Hello Ada. For your balance press 1, for a colleague press 2.”
bank: 7 %, 1 of 13 rules and outcomes were reached
...
0 passed, 1 failed (1 flow)

"#]]
    );
}

#[test]
fn with_mistakes_nobody_is_told_to_write_calls_that_are_there() {
    let folder = bank(&CALLS.replace("hear:", "heer:"));
    for filter in [&[][..], &["--filter", "Ada"]] {
        let Said { code, err, .. } = test(folder.path(), &[&["bank.yaml"], filter].concat());
        assert_eq!(code, Some(1));
        assert!(err.ends_with("No call was played: correct the mistakes first.\n"), "{err}");
    }
}

#[test]
fn scripted_calls_are_found_by_either_name_and_those_of_no_flow_are_named() {
    let folder = bank(&CALLS.replace("Hello Grace", "Hello Ada"));
    let path = |name: &str| folder.path().join(name);
    fs::rename(path("bank.yaml"), path("bank.yml")).unwrap();
    fs::write(path("lost.calls.yaml"), "calls: []").unwrap();
    for (arguments, is_warned) in [(&["."][..], true), (&["bank.yml"], false), (&["bank.calls.yaml"], false)] {
        let Said { code, out, err } = test(folder.path(), arguments);
        assert_eq!(code, Some(0), "{out}{err}");
        assert!(out.contains("1 passed, 0 failed (1 flow)"), "{arguments:?}: {out}");
        assert_eq!(err.contains("lost.calls.yaml belongs to no flow"), is_warned, "{arguments:?}: {err}");
    }
    let Said { code, err, .. } = test(folder.path(), &["lost.calls.yaml"]);
    assert!(code == Some(1) && err.contains("this file has scripted calls, not a flow"), "{err}");

    // A shell gives both files for `*`.
    let check = |files: &[&str]| flow_in(folder.path(), &[&["check"], files].concat(), b"");
    let both = check(&["bank.calls.yaml", "bank.yml"]);
    assert_eq!((both.code, both.err.as_str()), (Some(0), ""), "{}", both.out);
    let alone = check(&["bank.calls.yaml"]);
    assert!(alone.code == Some(1) && alone.err.contains("give its flow"), "{}", alone.err);
}

#[test]
fn a_filter_that_fits_no_call_is_named() {
    let folder = bank(CALLS);
    let Said { code, err, .. } = test(folder.path(), &["bank.yaml", "--filter", "Grace's"]);
    assert_eq!((code, err.as_str()), (Some(1), "No call was played: none has `Grace's` in its name.\n"));
}

#[test]
fn a_step_that_cannot_be_says_what_the_call_was_doing() {
    for (steps, expected, heard) in [
        (
            "[{ hear: Welcome }, { say: hello }]",
            "the caller to be recorded",
            "the call is at the IVR login and asks for `account`",
        ),
        ("[{ key: { pin: right } }]", "the question `pin`", "the call is at the IVR login and asks for `account`"),
        (
            "[silence, silence, silence]",
            "a question that waits for keys",
            "the call has come to a transfer to (800) 555-0120",
        ),
        (
            "[silence, silence, { person: nobody }]",
            "people who are rung",
            "the call has come to a transfer to (800) 555-0120",
        ),
        ("[hang_up, hang_up]", "a call that isn't over", "The caller hung up."),
        (
            "[{ transcription: post }]",
            "a transcription that is pending",
            "the call is at the IVR login and asks for `account`",
        ),
        (
            "[silence, silence, { ends: { transfer: \"8005550199\" } }]",
            "the end `{ transfer: \"8005550199\" }`",
            "the end `{ transfer: \"8005550120\" }`",
        ),
        (
            "[{ at: 2026-03-09T09:00 America/New_York }]",
            "a time after the present one",
            "it is 2026-03-09T10:00:04 America/New_York",
        ),
        (
            "[{ key: { account: \"55555\", pin: right } }]",
            "a caller whose right PIN can be keyed",
            "the call has no caller `55555`: name them under `callers`",
        ),
    ] {
        let folder = bank(&format!("calls: [{{ call: x, steps: {steps} }}]"));
        let Said { code, out, .. } = test(folder.path(), &["--json", "bank.yaml"]);
        let document: Value = serde_json::from_str(&out).unwrap();
        let failure = &document["calls"][0]["failure"];
        assert_eq!(
            (code, failure["expected"].as_str(), failure["heard"].as_str()),
            (Some(1), Some(expected), Some(heard)),
            "{steps}"
        );
    }
}

#[test]
fn a_number_of_another_country_calls_on_every_provider() {
    const FLOW: &str = r#"flow: vip
realm: vip
numbers: { vips: ["+354 555 1234", "+44 20 7946 0018"] }
fallback: { do: hangup }
starts: { rules: [{ when: 'listed("vips", call.ani)', ivr: vip }, { ivr: other }] }
ivrs:
  vip: { id: 1, do: hangup, asks: [{ prompt: "Yes?", as: a, digits: 1 }] }
  other: { id: 2, do: hangup, asks: [{ prompt: "Yes?", as: a, digits: 1 }] }
"#;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vip.yaml"), FLOW).unwrap();
    let mut calls = String::from("calls:\n");
    for (from, at) in [
        ("+354 555 1234", "vip"),
        ("003545551234", "vip"),
        ("+44 (0)20 7946 0018", "vip"),
        ("442079460018", "vip"),
        ("3545551234", "other"),
        ("withheld", "other"),
    ] {
        calls.push_str(&format!("  - {{ call: \"{from}\", from: \"{from}\", steps: [{{ at: {at} }}] }}\n"));
    }
    fs::write(folder.path().join("vip.calls.yaml"), calls).unwrap();
    for provider in ["dialogtech", "twiml"] {
        let Said { code, out, err } = test(folder.path(), &["--provider", provider, "vip.yaml"]);
        assert_eq!(code, Some(0), "{provider}: {out}{err}");
        assert!(out.contains("6 passed, 0 failed"), "{provider}: {out}");
    }
}

#[test]
fn mistakes_in_scripted_calls_are_shown_with_their_lines_and_no_pin() {
    let folder =
        bank(&CALLS.replace("hear:", "heer:").replace("pin: \"837461\" }\n      -", "pim: \"837461\" }\n      -"));
    let Said { code, out, err } = test(folder.path(), &["bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("0 passed, 0 failed"), "{out}");
    assert_data_eq!(
        &err,
        str![[r#"
error: no question of the flow has the answer `pim`
 --> bank.calls.yaml:6:34
  |
6 |       - key: { account: "•••••", pim: "••••••" }
  |                                  ^^^
  |
  = help: did you mean `pin`?

error: unknown key `heer`
 --> bank.calls.yaml:7:9
  |
7 |       - heer: Hello Grace
  |         ^^^^
  |
  = help: did you mean `hear`?

2 errors in bank.calls.yaml
...
"#]]
    );
}

#[test]
fn no_pin_is_in_any_output() {
    let folder = bank(CALLS);
    for arguments in [&["bank.yaml"][..], &["bank.yaml", "--json"], &["bank.yaml", "--junit", "out.xml"]] {
        let Said { out, err, .. } = test(folder.path(), arguments);
        assert!(!out.contains("837461") && !err.contains("837461"), "{out}{err}");
    }
    assert!(!fs::read_to_string(folder.path().join("out.xml")).unwrap().contains("837461"));
}

#[test]
fn the_gate_fails_below_its_percentage_and_lists_what_no_call_reached() {
    let folder = bank(&CALLS.replace("Grace", "Ada"));
    let Said { code, out, .. } = test(folder.path(), &["bank.yaml", "--coverage", "8"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("        bank.yaml:61: login, locked, rule 1\n"), "{out}");
    assert!(out.contains("        bank.yaml:88: support, rule 1 (caller.vip | bool and open(\"support\"))\n"), "{out}");
    assert!(out.contains("        at least 8 % are required\n"), "{out}");
    assert_eq!(test(folder.path(), &["bank.yaml", "--coverage", "7"]).code, Some(0));
}

#[test]
fn junit_has_a_suite_for_each_flow_and_a_case_for_each_call() {
    let folder = bank(&format!(
        "{CALLS}  - {{ call: \"<silence> & more\", steps: [silence, silence, {{ ends: transfer }}] }}\n"
    ));
    assert_eq!(test(folder.path(), &["--junit", "out.xml", "bank.yaml"]).code, Some(1));
    let text = fs::read_to_string(folder.path().join("out.xml")).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let suite = document.root_element().first_element_child().unwrap();
    assert_eq!(
        (suite.attribute("name"), suite.attribute("tests"), suite.attribute("failures")),
        (Some("bank"), Some("2"), Some("1"))
    );
    let cases: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(cases[1].attribute("name"), Some("<silence> & more"));
    let failure = cases[0].first_element_child().unwrap();
    assert!(failure.attribute("message").unwrap().contains("to hear \"Hello Grace\""), "{text}");
    assert!(failure.text().unwrap().contains("Right PIN"), "{text}");
}

#[test]
fn calls_are_found_by_flow_by_file_and_by_name() {
    let folder = bank(&CALLS.replace("Grace", "Ada"));
    fs::rename(folder.path().join("bank.calls.yaml"), folder.path().join("other.yaml.txt")).unwrap();
    let none = test(folder.path(), &["bank.yaml"]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("No call was played"), "{}", none.err);
    assert_eq!(test(folder.path(), &["bank.yaml", "--calls", "other.yaml.txt"]).code, Some(0));
    assert_eq!(test(folder.path(), &["bank.yaml", "--calls", "missing.yaml"]).code, Some(1));
    assert_eq!(test(Path::new(FLOWS), &["bank.yaml", "survey.yaml", "--calls", "bank.calls.yaml"]).code, Some(2));
    let filtered = test(folder.path(), &["bank.yaml", "--calls", "other.yaml.txt", "--filter", "nobody"]);
    assert_eq!(filtered.code, Some(1), "{}", filtered.out);
    let folder = bank(&CALLS.replace("Grace", "Ada"));
    assert_eq!(
        test(folder.path(), &["--filter", "balance"]).out,
        "ok      bank: Ada hears her balance\n1 passed, 0 failed (1 flow)\n"
    );
}

#[test]
fn what_init_writes_goes_as_scripted() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [("bank", "account"), ("door", "wix"), ("info", "menu")] {
        let mut init = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
        let init = init.args(["init", "flows", "--yes", "--name", name, "--kind", kind]).current_dir(folder.path());
        assert!(init.output().unwrap().status.success(), "{name}");
    }
    let Said { code, out, err } = test(folder.path(), &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains(" 0 failed (3 flows)"), "{out}");
}

#[test]
fn watching_plays_the_calls_again_when_they_are_saved() {
    let folder = bank(CALLS);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
    command.args(["flow", "test", "--watch", "bank.yaml"]).current_dir(folder.path()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |part: &str| lines.find(|line| line.contains(part)).is_some();
    assert!(until("0 passed, 1 failed") && until("Waiting"));
    fs::write(folder.path().join("bank.calls.yaml"), CALLS.replace("Hello Grace", "Hello Ada")).unwrap();
    assert!(until("1 passed, 0 failed"));
    running.kill().unwrap();
    running.wait().unwrap();
}

#[tokio::test]
async fn a_push_with_test_publishes_only_flows_whose_calls_go_as_scripted() {
    let deployment = Deployment::new().await;
    fs::copy(Path::new(FLOWS).join("bank.yaml"), deployment.folder.path().join("bank.yaml")).unwrap();
    deployment.write("bank.calls.yaml", CALLS);
    let push = ["push", "--test", "bank.yaml"];
    let refused = deployment.flow(&push).await;
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.out.contains("FAILED  bank: Ada hears her balance"), "{}", refused.out);
    assert!(refused.err.contains("Nothing was published."), "{}", refused.err);
    fs::remove_file(deployment.folder.path().join("bank.calls.yaml")).unwrap();
    let without = deployment.flow(&push).await;
    assert!(without.err.contains("bank.yaml has no scripted calls, and --test requires them."), "{}", without.err);
    assert_eq!(deployment.live().await, None);
    deployment.write("bank.calls.yaml", CALLS.replace("Grace", "Ada"));
    let pushed = deployment.flow(&push).await;
    assert_eq!((pushed.code, deployment.live().await), (Some(0), Some(1)), "{}", pushed.err);
}
