//! `ringbolt flow graph`

use crate::flow::deployment::{Said, flow_in};
use serde_json::Value;
use snapbox::{assert_data_eq, str};
use std::{fmt::Write as _, path::Path};
use tempfile::TempDir;

const HEADER: &str = "flow: bank\nrealm: bank\nfallback: { do: { transfer: { destination: \"8005550100\" } } }\n";

/// A menu, a login, a balance that is read, and people who need not answer.
const BANK: &str = r#"ivrs:
  menu:
    id: 1
    rules:
      - { when: 'answers.choice == "1"', do: { ivr: login } }
      - { do: { ivr: support } }
  login:
    id: 2
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: balance }
      wrong: { ivr: login }
      unanswered: { ivr: login }
      too_many_attempts: { ivr: support }
      locked: { ivr: support }
  balance: { id: 3, say: "Your balance is {{ caller.balance }}." }
  support: { id: 4, findme: { phone_list: ["8005550111"], nextaction: 2, nextactionitem: 99 } }
  good-bye: { id: 5, do: hangup }
"#;

fn folder(flow: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bank.yaml"), format!("{HEADER}{flow}")).unwrap();
    folder
}

fn graph(folder: &TempDir, arguments: &[&str]) -> Said {
    flow_in(folder.path(), &[&["graph"], arguments].concat(), b"")
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn mermaid_tells_places_apart_and_says_what_leads_where() {
    let folder = folder(BANK);
    let Said { code, out, err } = graph(&folder, &["bank.yaml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_data_eq!(
        out.clone(),
        str![[r#"
flowchart LR
    accTitle: call flow bank
    ivr_balance[/"balance, reads a text"/]
    ivr_good_bye["good-bye"]
    ivr_login{{"login, asks for a PIN"}}:::pin
    ivr_menu["menu"]
    ivr_support["support"]
    to5(["hang up"]):::hangup
    to6(["ring 8005550111"]):::people
    to7(["voicemail 99"]):::portal
    ivr_good_bye --> to5
    ivr_login -->|"verified"| ivr_balance
    ivr_login -->|"wrong<br/>unknown<br/>unanswered"| ivr_login
    ivr_login -->|"too_many_attempts<br/>locked"| ivr_support
    ivr_menu -->|"answers.choice == #34;1#34;"| ivr_login
    ivr_menu -->|"otherwise"| ivr_support
    ivr_support --> to6
    ivr_support -.->|"nobody answers"| to7
    classDef pin fill:#ddf4ff,stroke:#0969da,color:#1f2328
    classDef hangup fill:#ffebe9,stroke:#cf222e,color:#1f2328
    classDef people fill:#dafbe1,stroke:#1a7f37,color:#1f2328
    classDef portal fill:#fff8c5,stroke:#9a6700,color:#1f2328

"#]]
    );
    let drawn = graph(&folder, &["bank.yaml", "--out", "bank.md"]);
    assert_eq!((drawn.code, drawn.out.as_str()), (Some(0), ""));
    assert_eq!(drawn.err, "The flow `bank` is drawn in bank.md.\n");
    assert_eq!(read(&folder, "bank.md"), format!("```mermaid\n{out}```\n"));
    let input = format!("{HEADER}{BANK}");
    assert_eq!(flow_in(folder.path(), &["graph", "-"], input.as_bytes()).out, out);
}

#[test]
fn the_picture_has_a_card_for_each_ivr_and_a_row_for_each_rule() {
    let folder = folder(BANK);
    assert_eq!(graph(&folder, &["bank.yaml", "--out", "bank.svg"]).code, Some(0));
    let picture = read(&folder, "bank.svg");
    let picture = roxmltree::Document::parse(&picture).unwrap();
    let data = |name: &str| {
        let mut values: Vec<&str> = picture.descendants().filter_map(|node| node.attribute(name)).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let places = [
        "end:findme:8005550111",
        "end:hangup",
        "end:say",
        "end:transfer:8005550100",
        "end:voicemail:99",
        "ivr:balance",
        "ivr:good-bye",
        "ivr:login",
        "ivr:menu",
        "ivr:support",
    ];
    assert_eq!(data("data-place"), places);
    let rules = [
        "ivr:balance/-/1",
        "ivr:good-bye/-/1",
        "ivr:login/locked/1",
        "ivr:login/too_many_attempts/1",
        "ivr:login/unanswered/1",
        "ivr:login/unknown/1",
        "ivr:login/verified/1",
        "ivr:login/wrong/1",
        "ivr:menu/-/1",
        "ivr:menu/-/2",
        "ivr:support/-/1",
    ];
    assert_eq!(data("data-rule"), rules);
    let texts: Vec<&str> = picture
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .filter_map(|node| node.text())
        .collect();
    for text in ["too many attempts", "ring (800) 555-0111", "answers.choice == \"1\"", "If anything fails:"] {
        assert!(texts.contains(&text), "{text} is missing: {texts:?}");
    }
}

#[test]
fn hostile_texts_stay_in_their_place() {
    let hostile = r#""]--></text><script>&amp;|```\u202E ﬁ 電話 end"#;
    let condition = format!("answers.a == '{}'", hostile.replace("\\u202E", "\u{202e}"));
    let flow = format!(
        "ivrs:\n  survey: {{ id: 1, rules: [{{ when: {}, do: hangup }}, {{ do: hangup }}] }}\n",
        serde_json::to_string(&condition).unwrap()
    );
    let folder = folder(&flow);
    let Said { code, out, .. } = graph(&folder, &["bank.yaml", "--out", "bank.svg"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let picture = read(&folder, "bank.svg");
    let parsed = roxmltree::Document::parse(&picture).unwrap();
    assert!(parsed.descendants().all(|node| node.tag_name().name() != "script"));
    let shown = condition.replace('\u{202e}', "\\u{202e}");
    assert!(parsed.descendants().any(|node| node.text().is_some_and(|text| text.starts_with(&shown))), "{picture}");
    let mermaid = graph(&folder, &["bank.yaml"]).out;
    assert!(mermaid.lines().count() == 6 && !mermaid.contains("script>") && !mermaid.contains("```"), "{mermaid}");
}

#[test]
fn a_flow_whose_proof_fails_is_drawn_with_the_path_that_shows_it() {
    let folder = folder(&BANK.replace("too_many_attempts: { ivr: support }", "too_many_attempts: { ivr: menu }"));
    let Said { code, out, err } = graph(&folder, &["bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("error: a caller who has no tries left is asked for a PIN again"), "{err}");
    let arrows: Vec<&str> = out.lines().filter(|line| line.contains("->")).collect();
    let marked = out.lines().find_map(|line| line.trim().strip_prefix("linkStyle ")).unwrap();
    let marked: Vec<usize> = marked.split_once(' ').unwrap().0.split(',').map(|n| n.parse().unwrap()).collect();
    let marked: Vec<&str> = marked.into_iter().map(|n| arrows[n].trim()).collect();
    let expected =
        ["ivr_login -->|\"too_many_attempts\"| ivr_menu", "ivr_menu -->|\"answers.choice == #34;1#34;\"| ivr_login"];
    assert_eq!(marked, expected);
}

#[test]
fn the_path_of_an_unverified_caller_to_where_verified_leads_is_drawn() {
    let folder = folder(
        &BANK
            .replace("locked: { ivr: support }", "locked: { ivr: account }")
            .replace("verified: { ivr: balance }", "verified: { ivr: account }")
            .replace("  good-bye:", "  account: { id: 6, voicemail: { id: 99 } }\n  good-bye:"),
    );
    let Said { code, out, err } = graph(&folder, &["bank.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("error: a caller who isn't verified comes where `verified` leads"), "{err}");
    assert!(out.contains("ivr_login -->|\"locked\"| ivr_account\n") && out.contains("\n    linkStyle "), "{out}");
}

#[test]
fn what_cannot_be_drawn_is_refused_and_nothing_is_written() {
    let folder = folder(&BANK.replace("verified", "verifed"));
    let Said { code, out, err } = graph(&folder, &["bank.yaml", "--out", "bank.svg"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("did you mean `verified`?"), "{err}");
    assert!(!folder.path().join("bank.svg").exists());
    std::fs::write(folder.path().join("other.yaml"), "flow: other\n").unwrap();
    for (arguments, expected) in [
        (
            &["bank.yaml", "--out", "bank.png"][..],
            "ringbolt: the ending of bank.png does not name a format: use .svg, .md or .mmd, or give --format\n",
        ),
        (&["bank.yaml", "--json", "--format", "svg"], "leave out --format and --out\",\"exit_code\":2}}\n"),
        (&["."], "ringbolt: this folder has several flows, and one is drawn at a time: give one file\n"),
    ] {
        let Said { code, out, err } = graph(&folder, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.ends_with(expected) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = folder(BANK);
    let Said { code, err, .. } = graph(&folder, &["bank.yaml", "--out", "missing/bank.svg"]);
    assert_eq!(code, Some(1));
    assert!(err.starts_with("ringbolt: missing/bank.svg cannot be written: "), "{err}");
}

#[test]
fn programs_get_places_and_edges_as_json() {
    let folder = folder(BANK);
    let Said { code, out, .. } = graph(&folder, &["bank.yaml", "--json"]);
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["flow"], "bank");
    let login = serde_json::json!({ "place": "login", "end": false, "entry": false, "asks_for_pin": true });
    assert_eq!(document["places"][2], login);
    let entries = document["places"].as_array().unwrap().iter().filter(|place| place["entry"] == true);
    assert_eq!(entries.map(|place| place["place"].as_str().unwrap()).collect::<Vec<_>>(), ["good-bye", "menu"]);
    let edges = document["edges"].as_array().unwrap();
    let verified = edges.iter().find(|edge| edge["outcome"] == "verified").unwrap();
    assert_eq!(
        (&verified["to"], &verified["verified"], &verified["line"]),
        (&"balance".into(), &true.into(), &15.into())
    );
    let unanswered = edges.iter().find(|edge| edge["unless_answered"] == true).unwrap();
    assert_eq!((&unanswered["from"], &unanswered["to"]), (&"support".into(), &"voicemail 99".into()));
}

/// Every IVR leads to two others nearby.
#[test]
fn a_thousand_ivrs_are_drawn() {
    let mut flow = "ivrs:\n".to_owned();
    for n in 1..=1_000_u32 {
        let (a, b) = ((n * 7 + 13) % 1_000 + 1, n % 1_000 + 1);
        writeln!(
            flow,
            "  ivr-{n}: {{ id: {n}, rules: [{{ when: answers.a, do: {{ ivr: ivr-{a} }} }}, {{ when: answers.b, do: hangup }}, \
             {{ do: {{ ivr: ivr-{b} }} }}] }}"
        )
        .unwrap();
    }
    let folder = folder(&flow);
    let Said { code, out, err } = graph(&folder, &["bank.yaml"]);
    assert_eq!((code, out.matches("-->").count()), (Some(0), 3_000));
    assert!(err.starts_with("This drawing has 3000 arrows and ") && err.lines().count() == 1, "{err}");
    assert_eq!(graph(&folder, &["bank.yaml", "--out", "bank.svg"]).code, Some(0));
    assert_eq!(read(&folder, "bank.svg").matches("<path class=\"edge\" data-rule").count(), 3_000);
}

#[test]
fn the_drawing_in_the_documents_is_that_of_the_example() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Said { out, .. } = flow_in(&project, &["graph", "flows/bank.yaml"], b"");
    let document = std::fs::read_to_string(project.join("docs/flows.md")).unwrap();
    assert!(document.contains(&format!("```mermaid\n{out}```\n")), "docs/flows.md lacks this drawing:\n{out}");
}
