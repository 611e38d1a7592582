//! `ringbolt call FLOW`, with a file in place of the keyboard.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/demo.yaml");

fn call(arguments: &[&str], keyed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ringbolt"))
        .arg("call")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments reads nothing.
    child.stdin.take().unwrap().write_all(keyed.as_bytes()).unwrap_or_default();
    child.wait_with_output().unwrap()
}

#[test]
fn a_call_is_walked_by_keyboard() {
    let played = call(&[DEMO], "90786\n8301\n90786\n4711\n3\n2 answers\n2 accepts\n\n");
    let shown = String::from_utf8(played.stdout).unwrap();
    assert!(played.status.success(), "{shown}\n{}", String::from_utf8_lossy(&played.stderr));
    let mut rest = shown.as_str();
    for part in [
        "calls (800) 555-0123",
        "\u{201c}Welcome. Please key your account number, then pound.\u{201d}",
        "Keyed 90786 #",
        "Keyed \u{2022}\u{2022}\u{2022}\u{2022} #",
        "Wrong PIN",
        "`wrong` of login (demo.yaml line ",
        "Back to login",
        "Right PIN",
        "\u{201c}Hello Ada.",
        "Rule 3 of survey, since no other holds (demo.yaml line ",
        "Ringing (222) 555-0123, (555) 555-0145",
        "Survey score 3",
        "(555) 555-0145 accepts the call",
        "The caller hung up after a call with (555) 555-0145.",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is missing or too early:\n{shown}"));
        rest = &rest[at + part.len()..];
    }
    assert!(!shown.contains("8301") && !shown.contains("4711"), "{shown}");
}

#[test]
fn at_the_end_of_the_input_the_caller_hangs_up() {
    let played = call(&[DEMO], "90786\n");
    assert!(String::from_utf8(played.stdout).unwrap().contains("The caller hung up"));
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    for (arguments, code, says) in [
        (&[][..], 2, "give a flow file to dial"),
        (&["nowhere.yaml"], 1, "nowhere.yaml cannot be read"),
        (&[DEMO, "--provider", "carrier-pigeon"], 2, "dialogtech, wix-answers, twiml"),
        (&[DEMO, "--begins", "nowhere"], 1, "the flow has no IVR `nowhere`"),
        (&["--from", "2125550101"], 2, "<FLOW>"),
    ] {
        let refused = call(arguments, "");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}
