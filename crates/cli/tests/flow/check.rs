//! `ringbolt flow check`

use crate::deployment::{Said, bank_flow, flow_in, unwise_flow};
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

const MISTAKEN: &str = "flow: bank\nrelm: bank\nlockout: { attempts: three, lock: 30m }\n";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn check(folder: &TempDir, arguments: &[&str]) -> Said {
    flow_in(folder.path(), &[&["check"], arguments].concat(), b"")
}

#[test]
fn every_mistake_is_shown_with_its_line_and_the_word_underlined() {
    let folder = folder(&[("bank.yaml", MISTAKEN.as_bytes())]);
    let Said { code, out, err } = check(&folder, &["bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_data_eq!(
        err,
        str![[r#"
...
error: unknown key `relm`
 --> bank.yaml:2:1
  |
2 | relm: bank
  | ^^^^
  |
  = help: did you mean `realm`?

error: expected `attempts`, a whole number from 1 to 10, found `three`
 --> bank.yaml:3:22
  |
3 | lockout: { attempts: three, lock: 30m }
  |                      ^^^^^

[..] errors in bank.yaml

"#]]
    );
}

#[test]
fn what_cannot_be_read_is_said_in_a_sentence_and_the_others_are_checked() {
    let folder = folder(&[
        ("good.yaml", bank_flow("8005550101").as_bytes()),
        ("latin.yaml", b"flow: bank\nrealm: caf\xe9\n"),
        ("long.yaml", &vec![b'#'; 400_001]),
    ]);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let Said { code, out, err } = check(&folder, &["missing.yaml", "latin.yaml", "long.yaml", "empty", "good.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), "good.yaml: the flow `bank` is in order\n"));
    assert_data_eq!(
        err,
        str![[r#"
error: missing.yaml: there is no such file

1 error in missing.yaml
error: this is not UTF-8 text
 --> latin.yaml:2:11
  |
2 | realm: caf�
  |           ^
  |
  = help: save the file as UTF-8

1 error in latin.yaml
error: long.yaml: this is larger than 400000 bytes, and a flow is not
 |
 = help: divide it into flows with names of their own, and give the IVRs their URLs

1 error in long.yaml
error: empty: there is no flow file (*.yaml or *.yml) in this folder

1 error in empty

"#]]
    );
}

#[test]
fn nothing_in_a_flow_file_commands_the_terminal() {
    let hostile = "flow: \u{1b}[2Jbank\nre\u{1b}]0;title\u{7}alm: \u{202e}knab\n\u{9b}31m: x\u{8}\u{8}\u{8}\n";
    let name = "\u{1b}[31mbank.yaml";
    let folder = folder(&[(name, hostile.as_bytes())]);
    for file in [name, "\u{1b}[31mmissing\r.yaml"] {
        let Said { code, out, err } = check(&folder, &[file]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert_eq!(err.find(obeyed), None, "{err:?}");
        assert!(err.contains("\\u{1b}[31m"), "{err}");
    }
}

#[test]
fn two_files_of_one_name_are_both_named() {
    let folder =
        folder(&[("a.yaml", bank_flow("8005550101").as_bytes()), ("b.yml", bank_flow("8005550102").as_bytes())]);
    let Said { code, out, err } = check(&folder, &["."]);
    assert_eq!((code, out.as_str()), (Some(1), "./a.yaml: the flow `bank` is in order\n"));
    assert!(err.starts_with("error: the flow `bank` is in ./a.yaml already\n --> ./b.yml:1:1\n"), "{err}");
    // One file is not two, by whatever path it is given.
    let Said { code, err, .. } = check(&folder, &["a.yaml", "./a.yaml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn json_is_one_array_with_every_finding() {
    let folder = folder(&[("bank.yaml", MISTAKEN.as_bytes()), ("good.yaml", bank_flow("8005550101").as_bytes())]);
    let Said { code, out, err } = check(&folder, &["--json", "bank.yaml", "good.yaml", "missing.yaml"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    let findings: Vec<Value> = serde_json::from_str(&out).unwrap();
    let unknown = json!({
        "file": "bank.yaml", "severity": "error", "line": 2, "column": 1,
        "message": "unknown key `relm`", "help": "did you mean `realm`?",
    });
    assert!(findings.contains(&unknown), "{findings:?}");
    let missing = json!({
        "file": "missing.yaml", "severity": "error", "line": null, "column": null,
        "message": "there is no such file", "help": null,
    });
    assert_eq!(findings.last(), Some(&missing));
    let Said { code, out, .. } = check(&folder, &["--json", "good.yaml"]);
    assert_eq!((code, out.as_str()), (Some(0), "[]\n"));
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = folder(&[]);
    let Said { code, out, err } = flow_in(folder.path(), &["check", "-"], bank_flow("8005550101").as_bytes());
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "<stdin>: the flow `bank` is in order\n", ""));
    let Said { code, err, .. } = flow_in(folder.path(), &["check", "-"], MISTAKEN.as_bytes());
    assert_eq!(code, Some(1));
    assert!(err.contains(" --> <stdin>:2:1\n"), "{err}");
    assert_eq!(check(&folder, &[]).code, Some(2), "no file at all");
}

#[test]
fn a_warning_leaves_a_flow_usable_unless_warnings_are_denied() {
    let folder = folder(&[("bank.yaml", unwise_flow().as_bytes())]);
    let Said { code, out, err } = check(&folder, &["bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(err.starts_with("warning: `unanswered` is missing") && err.contains("\n --> bank.yaml:"), "{err}");
    assert!(err.ends_with("\n\n1 warning in bank.yaml; the flow `bank` can be used\n"), "{err}");
    let Said { code, out, err } = check(&folder, &["--deny-warnings", "bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: `unanswered` is missing") && err.ends_with("\n\n1 error in bank.yaml\n"), "{err}");
    let Said { code, out, .. } = check(&folder, &["--json", "bank.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()[0]["severity"], "warning");
}

#[test]
fn the_schema_for_editors_is_the_one_in_the_documents() {
    let Said { code, out, err } = flow_in(std::path::Path::new("."), &["schema"], b"");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, include_str!("../../../../docs/flow.schema.json"));
}
