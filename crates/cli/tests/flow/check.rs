//! `ringbolt flow check`

use crate::flow::deployment::{Said, bank_flow, flow_in, unwise_flow};
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
fn unreadable_files_are_explained_and_the_others_are_checked() {
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
error: this file is not UTF-8 text
 --> latin.yaml:2:11
  |
2 | realm: caf�
  |           ^
  |
  = help: save the file as UTF-8

1 error in latin.yaml
error: long.yaml: this file is too large: a flow has at most 400000 bytes
 |
 = help: split it into several flows, and give the IVRs their URLs

1 error in long.yaml
error: empty: this folder has no flow file (*.yaml or *.yml)

1 error in empty

"#]]
    );
}

#[test]
fn control_characters_in_a_flow_file_do_not_reach_the_terminal() {
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
fn two_flows_of_one_name_are_refused_and_both_files_are_named() {
    let folder =
        folder(&[("a.yaml", bank_flow("8005550101").as_bytes()), ("b.yml", bank_flow("8005550102").as_bytes())]);
    let Said { code, out, err } = check(&folder, &["."]);
    assert_eq!((code, out.as_str()), (Some(1), "./a.yaml: the flow `bank` is in order\n"));
    assert!(err.starts_with("error: ./a.yaml already has the flow `bank`\n --> ./b.yml:1:1\n"), "{err}");
    // One file is not two, by whatever path it is given.
    let Said { code, err, .. } = check(&folder, &["a.yaml", "./a.yaml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn flows_of_one_realm_must_agree_about_lockout_and_identifier() {
    let day = bank_flow("8005550101");
    let night =
        day.replace("flow: bank", "flow: night").replace("realm: bank", "lockout: { attempts: 5 }\nrealm: bank");
    let web = day.replace("flow: bank\n", "flow: web\nidentifier: digits\n");
    let other = night.replace("flow: night", "flow: other").replace("realm: bank", "realm: other");
    let files = [("a.yaml", &day), ("b.yaml", &night), ("c.yaml", &web), ("d.yaml", &other)];
    let folder = folder(&files.map(|(name, text)| (name, text.as_bytes())));
    let Said { code, out, err } = check(&folder, &["a.yaml", "b.yaml", "c.yaml", "d.yaml"]);
    assert_eq!(code, Some(1));
    assert_eq!(out, "a.yaml: the flow `bank` is in order\nd.yaml: the flow `other` is in order\n");
    assert_data_eq!(
        err,
        str![[r#"
error: the flows `bank` and `night` share the realm `bank`, so they must have the same `lockout`: `bank` has { attempts: 3, lock: 30m, longest: 24h, suspend_after: 20 }, `night` has { attempts: 5, lock: 30m, longest: 24h, suspend_after: 20 }
 --> b.yaml:2:1
  |
2 | lockout: { attempts: 5 }
  | ^^^^^^^

1 error in b.yaml
error: the flows `bank` and `web` share the realm `bank`, so they must have the same `identifier`: `bank` has text, `web` has digits
 --> c.yaml:2:1
  |
2 | identifier: digits
  | ^^^^^^^^^^

1 error in c.yaml

"#]]
    );
    for file in ["a.yaml", "b.yaml", "c.yaml"] {
        assert_eq!(check(&folder, &[file]).code, Some(0), "{file} alone");
    }
}

#[test]
fn a_stage_selects_the_ids() {
    let text = bank_flow("8005550101").replace("id: 12345", "id: { dev: 20001, prod: 10001 }");
    let folder = folder(&[("bank.yaml", text.as_bytes())]);
    for stage in ["dev", "prod"] {
        assert_eq!(check(&folder, &["--stage", stage, "bank.yaml"]).code, Some(0), "{stage}");
    }
    let Said { code, err, .. } = check(&folder, &["bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains(" --> bank.yaml:7:"), "{err}");
    let Said { code, err, .. } = check(&folder, &["--stage", "test", "bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("`test`"), "{err}");
}

#[test]
fn json_has_every_finding_and_their_numbers() {
    let folder = folder(&[("bank.yaml", MISTAKEN.as_bytes()), ("good.yaml", bank_flow("8005550101").as_bytes())]);
    let Said { code, out, err } = check(&folder, &["--json", "bank.yaml", "good.yaml", "missing.yaml"]);
    let error = json!({ "error": { "message": "2 files cannot be used", "exit_code": 1 } });
    assert_eq!((code, serde_json::from_str::<Value>(&err).unwrap()), (Some(1), error));
    let checks: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&checks["files"], &checks["warnings"]), (&json!(3), &json!(0)));
    let findings = checks["findings"].as_array().unwrap();
    assert_eq!(checks["errors"], json!(findings.len()));
    let unknown = json!({
        "file": "bank.yaml", "severity": "error", "line": 2, "column": 1,
        "message": "unknown key `relm`", "help": "did you mean `realm`?", "provider": null,
    });
    assert!(findings.contains(&unknown), "{findings:?}");
    let missing = json!({
        "file": "missing.yaml", "severity": "error", "line": null, "column": null,
        "message": "there is no such file", "help": null, "provider": null,
    });
    assert_eq!(findings.last(), Some(&missing));
    let Said { code, out, .. } = check(&folder, &["--json", "good.yaml"]);
    assert_eq!(code, Some(0));
    let none = json!({ "files": 1, "errors": 0, "warnings": 0, "findings": [] });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), none);
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
    assert!(err.starts_with("warning: `unanswered` is missing") && err.contains("--> bank.yaml:10:7\n"), "{err}");
    assert!(err.ends_with("\n\n1 warning in bank.yaml; the flow `bank` can be used\n"), "{err}");
    let Said { code, out, err } = check(&folder, &["--deny-warnings", "bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: `unanswered` is missing") && err.ends_with("\n\n1 error in bank.yaml\n"), "{err}");
    let Said { code, out, .. } = check(&folder, &["--json", "bank.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["findings"][0]["severity"], "warning");
}

/// A flow for DialogTech and for TwiML, which lacks a mailbox there.
const BOTH: &str = "flow: bank\nrealm: bank\nfallback: { do: hangup }\nstarts: desk\nivrs:\n  desk:\n    id: 1\n    says: One \
                    moment.\n    voicemail: { id: 501 }\ntwiml: { language: en-US }\n";

#[test]
fn what_a_flow_lacks_for_a_provider_is_reported_if_the_provider_is_given() {
    let folder = folder(&[("bank.yaml", BOTH.as_bytes())]);
    assert_eq!(check(&folder, &["bank.yaml"]).out, "bank.yaml: the flow `bank` is in order\n");
    let Said { code, out, .. } = check(&folder, &["--for", "dialogtech", "bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(0), "bank.yaml: the flow `bank` is in order for DialogTech\n"));
    let Said { code, out, err } = check(&folder, &["--for", "twiml", "bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_data_eq!(
        err,
        str![[r#"
error: voicemail 501 is known only to DialogTech's portal
 --> bank.yaml:9:5
  |
9 |     voicemail: { id: 501 }
  |     ^^^^^^^^^
  |
  = help: say what callers hear there: `twiml: { voicemail: { 501: { greeting: "..." } } }`

1 error in bank.yaml

"#]]
    );
    let Said { code, err, .. } = check(&folder, &["--for", "twiml,wix-answers", "bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("the flow has no `wix_answers`") && err.ends_with("\n2 errors in bank.yaml\n"), "{err}");
    assert_eq!(check(&folder, &["--for", "nobody", "bank.yaml"]).code, Some(2));
}

#[test]
fn a_flow_that_no_provider_can_use_lacks_what_twiml_needs() {
    let folder = folder(&[("bank.yaml", BOTH.replace("    id: 1\n", "").as_bytes())]);
    let Said { code, out, err } = check(&folder, &["bank.yaml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: voicemail 501 is known only to DialogTech's portal\n"), "{err}");
    assert!(err.ends_with("\n1 error in bank.yaml\n"), "{err}");
}

#[test]
fn of_thousands_of_mistakes_a_hundred_are_shown_errors_first() {
    let hours = (0..101).map(|n| format!("  h{n}: {{ zone: Europe/Paris, open: {{}} }}\n")).collect::<String>();
    let unknown = (0..2_000).map(|n| format!("key{n}: 1\n")).collect::<String>();
    let flow = format!(
        "flow: a\nrealm: a\nfallback: {{ do: hangup }}\nhours:\n{hours}ivrs: {{ a: {{ id: 1, do: hangup }} }}\n"
    );
    let folder = folder(&[("unwise.yaml", flow.as_bytes()), ("wrong.yaml", format!("{flow}{unknown}").as_bytes())]);
    let Said { code, err, .. } = check(&folder, &["unwise.yaml"]);
    assert_eq!((code, err.matches("warning: ").count()), (Some(0), 100));
    assert!(
        err.contains("\n1 more finding not shown; with --json, all are printed\n101 warnings in unwise.yaml"),
        "{err}"
    );
    let Said { code, err, .. } = check(&folder, &["wrong.yaml"]);
    assert_eq!((code, err.matches("error: unknown key").count()), (Some(1), 100));
    assert!(
        err.ends_with(
            "\n2,001 more findings not shown; with --json, all are printed\n2,000 errors, 101 warnings in wrong.yaml\n"
        ),
        "{err}"
    );
    let checks: Value = serde_json::from_str(&check(&folder, &["--json", "wrong.yaml"]).out).unwrap();
    assert_eq!(checks["findings"].as_array().unwrap().len(), 2_101);
}

#[test]
fn json_names_the_provider_of_a_finding() {
    let warned = BOTH.replace("{ language: en-US }", "{ voicemail: { 501: { greeting: \"Hello.\" } } }").replace(
        "    voicemail: { id: 501 }",
        "    rules: [{ when: source.st_os, do: hangup }, { do: { voicemail: { id: 501 } } }]",
    );
    let folder = folder(&[("bank.yaml", warned.as_bytes()), ("broken.yaml", MISTAKEN.as_bytes())]);
    let Said { code, out, err } = check(&folder, &["--json", "--for", "twiml", "bank.yaml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let finding = json!({
        "file": "bank.yaml", "severity": "warning", "line": 9, "column": 13,
        "message": "this reads `source.st_os`, which no TwiML provider sends",
        "help": "there it has no value; every provider sends `call.ani`, `call.dnis`, `call.id` and `call.at`",
        "provider": "twiml",
    });
    let checks = json!({ "files": 1, "errors": 0, "warnings": 1, "findings": [finding] });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), checks);
    let arguments = ["--json", "--for", "twiml", "--for", "dialogtech", "--deny-warnings", "bank.yaml", "broken.yaml"];
    let Said { code, out, err } = check(&folder, &arguments);
    let error = json!({ "error": { "message": "2 files cannot be used for TwiML and DialogTech", "exit_code": 1 } });
    assert_eq!((code, serde_json::from_str::<Value>(&err).unwrap()), (Some(1), error));
    let checks: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&checks["warnings"], &checks["findings"][0]["severity"]), (&json!(0), &json!("error")));
}

#[test]
fn the_schema_for_editors_is_the_one_in_the_documents() {
    let Said { code, out, err } = flow_in(std::path::Path::new("."), &["schema"], b"");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, include_str!("../../../../docs/flow.schema.json"));
}
