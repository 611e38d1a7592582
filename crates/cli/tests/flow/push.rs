//! `ringbolt flow push`

use crate::flow::deployment::{Deployment, Said, bank, bank_flow, of_realm, unwise_flow};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::identity::FlowName;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_flow_is_live_with_its_note_and_author() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml", "--note", "Open on Sundays"]).await;
    assert_eq!((code, out.as_str()), (Some(0), "bank.yaml: the flow `bank` is live as version 1\n"));
    assert_eq!(err, deployment.working_on());
    let version = deployment.table.version(&bank(), 1).await.unwrap().unwrap();
    assert_eq!(version.text, bank_flow("8005550101"));
    assert_eq!((version.info.by.as_deref(), version.info.note.as_deref()), (Some("ada"), Some("Open on Sundays")));

    deployment.write("bank.yaml", bank_flow("8005550102"));
    let Said { out, .. } = deployment.flow(&["push", "bank.yaml", "--by", "bea"]).await;
    assert_eq!(out, "bank.yaml: the flow `bank` is live as version 2 and replaces version 1\n");
    let info = deployment.table.version(&bank(), 2).await.unwrap().unwrap().info;
    assert_eq!((info.by.as_deref(), info.note, info.replaced), (Some("bea"), None, Some(1)));
    assert_eq!(deployment.live().await, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_text_is_not_published_again() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    deployment.flow(&["push", "bank.yaml"]).await;
    let Said { code, out, .. } = deployment.flow(&["push", "bank.yaml"]).await;
    let sentence =
        "bank.yaml: version 1 of the flow `bank` is already live with the same text; nothing was published\n";
    assert_eq!((code, out.as_str()), (Some(0), sentence));
    assert_eq!(deployment.table.version(&bank(), 2).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_in_one_file_prevents_publishing_all_of_them() {
    let deployment = Deployment::new().await;
    deployment.write("a-bank.yaml", bank_flow("8005550101"));
    deployment.write("b-bad.yaml", "flow: bad\nrelm: bad\n");
    let Said { code, out, err } = deployment.flow(&["push", "."]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains(" --> ./b-bad.yaml:2:1\n") && err.ends_with("\nNothing was published.\n"), "{err}");
    assert_eq!(deployment.live().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_has_the_outcome_for_each_file() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    deployment.write("shop.yaml", bank_flow("8005550101").replace("flow: bank", "flow: shop"));
    deployment.flow(&["push", "bank.yaml"]).await;
    let Said { code, out, .. } = deployment.flow(&["push", "--json", "bank.yaml", "shop.yaml"]).await;
    assert_eq!(code, Some(0));
    let expected = json!({ "flows": [
        { "file": "bank.yaml", "flow": "bank", "outcome": "unchanged", "version": 1, "replaced": null, "live": 1 },
        { "file": "shop.yaml", "flow": "shop", "outcome": "live", "version": 1, "replaced": null, "live": 1 },
    ] });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_can_be_pushed_from_standard_input() {
    let deployment = Deployment::new().await;
    let Said { code, out, .. } = deployment.flow_with_input(&["push", "-"], bank_flow("8005550101").as_bytes()).await;
    assert_eq!((code, out.as_str()), (Some(0), "<stdin>: the flow `bank` is live as version 1\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_names_and_notes_are_refused_before_anything_is_published() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    let long = "n".repeat(2_001);
    for (arguments, sentence) in [
        (["--note", long.as_str()], "ringbolt: a note has 1 to 2000 bytes, "),
        (["--note", ""], "ringbolt: a note has 1 to 2000 bytes, "),
        (["--note", "\u{1b}[2J"], "ringbolt: a note has 1 to 2000 bytes, "),
        (["--by", "a\nb"], "ringbolt: --by (RINGBOLT_BY) must be a name of 1 to 200 bytes "),
    ] {
        let Said { code, err, .. } = deployment.flow(&[&["push", "bank.yaml"][..], &arguments].concat()).await;
        assert_eq!(code, Some(2));
        assert!(err.starts_with(sentence) && err.lines().count() == 1, "{err}");
    }
    assert_eq!(deployment.live().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_the_change_cannot_be_recorded_nothing_is_published() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml", "--audit-table", "elsewhere"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let error = err.lines().last().unwrap();
    assert!(
        error.starts_with("ringbolt: bank.yaml: nothing was changed, because the change could not be recorded in "),
        "{err}"
    );
    assert_eq!(deployment.live().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_table_is_explained_in_one_sentence() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101"));
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml", "--flows-table", "elsewhere"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let error = err.lines().last().unwrap();
    let sentence = "ringbolt: the live versions could not be read: there is no such table in ";
    assert!(error.starts_with(sentence), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_pushes_lose_no_text_and_report_which_one_lost() {
    const PUSHES: u32 = 6;
    let deployment = Deployment::new().await;
    let texts: Vec<String> = (0..PUSHES).map(|number| bank_flow(&format!("800555010{number}"))).collect();
    for (number, text) in texts.iter().enumerate() {
        deployment.write(&format!("{number}.yaml"), text);
    }
    let push = async |number: u32| deployment.flow(&["push", &format!("{number}.yaml")]).await;
    let all = tokio::join!(push(0), push(1), push(2), push(3), push(4), push(5));
    for Said { code, out, .. } in [all.0, all.1, all.2, all.3, all.4, all.5] {
        match code {
            Some(0) => assert!(out.contains("is live as version"), "{out}"),
            Some(1) => assert!(out.contains("someone else made version"), "{out}"),
            other => panic!("{other:?}"),
        }
    }
    let mut published = Vec::new();
    for version in 1..=u64::from(PUSHES) {
        published.push(deployment.table.text(&bank(), version).await.unwrap());
    }
    published.sort();
    assert_eq!(published, texts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flows_with_warnings_are_published_unless_warnings_are_denied() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", unwise_flow());
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml", "--deny-warnings"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: ") && err.ends_with("\nNothing was published.\n"), "{err}");
    assert_eq!(deployment.live().await, None);
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml"]).await;
    assert_eq!((code, out.as_str()), (Some(0), "bank.yaml: the flow `bank` is live as version 1\n"));
    assert!(err.starts_with("warning: "), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_recorded_but_unchanged_pushes_are_not() {
    let deployment = Deployment::new().await;
    for number in ["8005550101", "8005550101", "8005550102"] {
        deployment.write("bank.yaml", bank_flow(number));
        assert_eq!(deployment.flow(&["push", "bank.yaml"]).await.code, Some(0));
    }
    assert_eq!(deployment.flow(&["rollback", "bank", "--yes", "--by", "bea"]).await.code, Some(0));
    assert_eq!(deployment.flow(&["rollback", "bank"]).await.code, Some(2), "nobody confirmed");
    let expected = [
        ["ada", "flow push", "done", "version 1 is live"],
        ["ada", "flow push", "done", "version 2 is live"],
        ["bea", "flow rollback", "done", "version 1 replaces version 2"],
    ];
    let recorded: Value = serde_json::from_str(&deployment.ringbolt(&["audit", "list", "--json"]).await.out).unwrap();
    let texts = |entry: &Value| {
        assert_eq!(entry["subject"], "bank");
        ["who", "command", "outcome", "detail"].map(|name| entry[name].as_str().unwrap().to_owned())
    };
    let recorded: Vec<[String; 4]> = recorded["changes"].as_array().unwrap().iter().rev().map(texts).collect();
    assert_eq!(recorded, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_disagrees_with_a_live_flow_of_its_realm_is_refused() {
    let deployment = Deployment::new().await;
    let stricter = |text: String| text.replace("realm: bank", "lockout: { attempts: 5 }\nrealm: bank");
    let shop = || bank_flow("8005550101").replace("flow: bank", "flow: shop");
    deployment.write("bank.yaml", bank_flow("8005550101"));
    assert_eq!(deployment.flow(&["push", "bank.yaml"]).await.code, Some(0));
    deployment.write("shop.yaml", stricter(shop()));
    let Said { code, out, err } = deployment.flow(&["push", "shop.yaml"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: the flows `bank` and `shop` share the realm `bank`, so they must have"), "{err}");
    assert!(err.contains("`bank` has { attempts: 3, ") && err.contains("`shop` has { attempts: 5, "), "{err}");
    assert!(err.contains("help: to change a realm, push all its flows in one command"), "{err}");
    assert!(err.ends_with("\nNothing was published.\n"), "{err}");

    // Together they are published, and then the old lockout cannot come back alone.
    deployment.write("bank.yaml", stricter(bank_flow("8005550101")));
    assert_eq!(deployment.flow(&["push", "bank.yaml", "shop.yaml"]).await.code, Some(0));
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank", "-y"]).await;
    assert_eq!(code, Some(1));
    let refused = "\nringbolt: version 1 of the flow `bank` disagrees with a live flow of its realm\n";
    assert!(err.ends_with(refused), "{err}");
    assert_eq!(deployment.live().await, Some(2));
}

/// The changes in the audit log, oldest first: subject, how it ended, and the detail. The log verifies.
async fn recorded(deployment: &Deployment) -> Vec<[String; 3]> {
    assert_eq!(deployment.ringbolt(&["audit", "verify"]).await.code, Some(0));
    let listed = deployment.ringbolt(&["audit", "list", "--json"]).await.out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let texts = |change: &Value| {
        ["subject", "outcome", "detail"].map(|name| change[name].as_str().unwrap_or_default().to_owned())
    };
    listed["changes"].as_array().unwrap().iter().rev().map(texts).collect()
}

fn shop() -> FlowName {
    FlowName::parse("shop").unwrap()
}

/// The number of the request that makes versions live, which is the only `UpdateItem`.
#[track_caller]
fn move_among(operations: &[String]) -> usize {
    let moves: Vec<usize> = (1..).zip(operations).filter(|(_, one)| *one == "UpdateItem").map(|(at, _)| at).collect();
    assert_eq!(moves.len(), 1, "{operations:?}");
    moves[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flows_of_a_push_are_stored_and_recorded_before_one_write_makes_them_live() {
    let deployment = Deployment::new().await;
    let wire = deployment.wire().await;
    for attempts in [3, 5] {
        for name in ["bank", "depot", "shop"] {
            deployment.write(&format!("{name}.yaml"), of_realm(name, attempts));
        }
        let (Said { code, .. }, operations) =
            deployment.flow_through(&wire, &["push", "bank.yaml", "depot.yaml", "shop.yaml"]).await;
        assert_eq!(code, Some(0));
        let (before, after) = operations.split_at(move_among(&operations));
        let count = |operations: &[String], what: &str| operations.iter().filter(|one| *one == what).count();
        assert_eq!((count(before, "PutItem"), count(after, "PutItem")), (3, 0), "{operations:?}");
        assert_eq!((count(before, "TransactWriteItems"), count(after, "TransactWriteItems")), (3, 3), "{operations:?}");
    }
    assert!(deployment.table.live().await.unwrap().values().all(|version| *version == 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_whose_comparison_is_outdated_before_its_write_compares_again() {
    let deployment = Deployment::new().await;
    let wire = deployment.wire().await;
    deployment.write("bank.yaml", of_realm("bank", 3));
    deployment.flow(&["push", "bank.yaml"]).await;
    deployment.write("bank.yaml", of_realm("bank", 3).replace("8005550101", "8005550102"));
    // The push of another flow reads as many texts.
    let (_, operations) = deployment.flow_through(&wire, &["push", "bank.yaml"]).await;
    let number = move_among(&operations);

    deployment.write("shop.yaml", of_realm("shop", 3));
    let push = ["push", "shop.yaml"];
    let change = async { deployment.publish(&of_realm("bank", 5)).await };
    let (Said { code, out, err }, operations) = deployment.flow_overtaken(&wire, number, &push, change).await;
    assert_eq!(operations[number - 1], "UpdateItem", "{operations:?}");
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("error: the flows `bank` and `shop` share the realm `bank`, so they must have"), "{err}");
    assert!(err.contains("help: to change a realm, push all its flows in one command"), "{err}");
    let stored = "shop.yaml: the flow `shop` is stored as version 1 but is not live.\nNothing was published.\n";
    assert!(err.ends_with(stored), "{err}");
    assert_eq!(deployment.table.live().await.unwrap().get(&shop()), None);
    assert_eq!(deployment.table.text(&shop(), 1).await.unwrap(), of_realm("shop", 3));
    let failed = "the flows of its realm would disagree: stored as version 1, not live";
    assert_eq!(recorded(&deployment).await.last().unwrap(), &["shop", "failed", failed].map(str::to_owned));

    // A change that it agrees with does not stop it.
    deployment.write("shop.yaml", of_realm("shop", 5));
    let change = async { deployment.publish(&of_realm("bank", 5).replace("8005550101", "8005550103")).await };
    let (Said { code, out, .. }, _) = deployment.flow_overtaken(&wire, number, &push, change).await;
    assert_eq!((code, out.as_str()), (Some(0), "shop.yaml: the flow `shop` is live as version 2\n"));
    let live = deployment.table.live().await.unwrap();
    assert_eq!((live[&bank()], live[&shop()]), (4, 2));
    assert_eq!(recorded(&deployment).await.last().unwrap()[1], "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_lost_a_race_is_reported_and_the_others_are_live_if_they_agree() {
    let deployment = Deployment::new().await;
    let wire = deployment.wire().await;
    let write = |number: &str| {
        deployment.write("bank.yaml", of_realm("bank", 3).replace("8005550101", number));
        deployment.write("shop.yaml", of_realm("shop", 3).replace("8005550101", number));
    };
    let push = ["push", "bank.yaml", "shop.yaml"];
    write("8005550101");
    deployment.flow(&push).await;
    write("8005550102");
    let (_, operations) = deployment.flow_through(&wire, &push).await;
    write("8005550103");
    let change = async { deployment.publish(&of_realm("bank", 3)).await };
    let (Said { code, out, .. }, _) = deployment.flow_overtaken(&wire, move_among(&operations), &push, change).await;
    assert_eq!(code, Some(1));
    let expected = "bank.yaml: someone else made version 4 of the flow `bank` live at the same time. Yours is stored as \
                    version 3 but is not live. Check `ringbolt flow diff bank 3`, then push again\n\
                    shop.yaml: the flow `shop` is live as version 3 and replaces version 2\n";
    assert_eq!(out, expected);
    let live = deployment.table.live().await.unwrap();
    assert_eq!((live[&bank()], live[&shop()]), (4, 3));
    let failed = "another change came first: stored as version 3, not live";
    let recorded = recorded(&deployment).await;
    let expected = [["bank", "failed", failed], ["shop", "done", "version 3 is live"]];
    assert_eq!(recorded[recorded.len() - 2..], expected.map(|change| change.map(str::to_owned)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_concurrent_pushes_of_flows_that_disagree_one_is_made() {
    let deployment = Deployment::new().await;
    for (name, attempts) in [("bank", 3), ("depot", 4), ("shop", 5), ("yard", 6)] {
        deployment.write(&format!("{name}.yaml"), of_realm(name, attempts));
    }
    let push = async |file| deployment.flow(&["push", file]).await.code;
    let codes = tokio::join!(push("bank.yaml"), push("depot.yaml"), push("shop.yaml"), push("yard.yaml"));
    let codes = [codes.0, codes.1, codes.2, codes.3];
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(deployment.table.live().await.unwrap().len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_standard_output_stops_no_push_in_the_middle() {
    let deployment = Deployment::new().await;
    let wire = deployment.wire().await;
    deployment.write("bank.yaml", of_realm("bank", 3));
    deployment.write("shop.yaml", of_realm("shop", 3));
    let mut command = deployment.command(&["flow", "push", "bank.yaml", "shop.yaml"], &wire.endpoint);
    command.stdout(std::fs::File::create("/dev/full").unwrap());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("cannot write to standard output"), "{err}");
    assert_eq!(deployment.table.live().await.unwrap().len(), 2);
    assert!(recorded(&deployment).await.iter().all(|change| change[1] == "done"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_fails_after_it_began_moves_nothing_and_says_so_in_the_audit_log() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", of_realm("bank", 3));
    deployment.write("shop.yaml", of_realm("shop", 3));
    let damaged = std::collections::HashMap::from([("shop".to_owned(), AttributeValue::S("damaged".to_owned()))]);
    let put = deployment.client.put_item().table_name("flows").item("pk", AttributeValue::S("live".to_owned()));
    let put = put.item("sk", AttributeValue::S("live".to_owned())).item("flows", AttributeValue::M(damaged));
    put.send().await.unwrap();
    let Said { code, out, err } = deployment.flow(&["push", "bank.yaml", "shop.yaml"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.lines().last().unwrap().starts_with("ringbolt: nothing was published: "), "{err}");
    assert!(deployment.table.live_in_detail().await.unwrap().flows.is_empty());
    let failed = "unreadable-item: stored as version 1, not live";
    let expected = [["bank", "failed", failed], ["shop", "failed", failed]];
    assert_eq!(recorded(&deployment).await, expected.map(|change| change.map(str::to_owned)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_realm_that_disagrees_is_mended_by_one_flow_or_by_all() {
    let deployment = Deployment::new().await;
    let depot = FlowName::parse("depot").unwrap();
    for (name, attempts) in [(&bank(), 3), (&shop(), 5), (&depot, 3)] {
        deployment.publish_as(name, &of_realm(name.as_str(), attempts)).await;
    }
    deployment.write("shop.yaml", of_realm("shop", 3));
    assert_eq!(deployment.flow(&["push", "shop.yaml"]).await.code, Some(0));
    deployment.publish_as(&shop(), &of_realm("shop", 5)).await;
    deployment.publish_as(&depot, &of_realm("depot", 4)).await;
    for name in ["bank", "depot", "shop"] {
        deployment.write(&format!("{name}.yaml"), of_realm(name, 6));
    }
    assert_eq!(deployment.flow(&["push", "shop.yaml"]).await.code, Some(1));
    assert_eq!(deployment.flow(&["push", "."]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_with_an_id_for_each_stage_is_pushed_for_one() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", bank_flow("8005550101").replace("id: 12345", "id: { dev: 20001, prod: 10001 }"));
    let Said { code, err, .. } = deployment.flow(&["push", "bank.yaml"]).await;
    assert_eq!(code, Some(1));
    assert!(err.ends_with("\nNothing was published.\n"), "{err}");
    assert_eq!(deployment.flow(&["push", "bank.yaml", "--stage", "prod"]).await.code, Some(0));
}

/// A flow for DialogTech and for TwiML; the portal's mailbox is described for TwiML if `twiml` says so.
fn both(twiml: &str) -> String {
    format!(
        "flow: bank\nrealm: bank\nfallback: {{ do: hangup }}\nstarts: desk\n\
         ivrs:\n  desk:\n    id: 1\n    says: One moment.\n    voicemail: {{ id: 501 }}\n{twiml}"
    )
}

const MAILBOX: &str = "twiml: { voicemail: { 501: { greeting: \"Please leave a message.\" } } }\n";
const NO_MAILBOX: &str = "twiml: { language: en-US }\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_is_meant_for_twiml_must_be_playable_if_the_stack_has_the_voice_webhook() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", both(NO_MAILBOX));
    let push = ["push", "bank.yaml"];
    let Said { code, out, err } = deployment.flow_on_stack("VoiceWebhookUrl", &push).await;
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with("error: voicemail 501 is known only to DialogTech's portal\n --> bank.yaml:9:5\n"),
        "{err}"
    );
    let note = "A flow with a section `twiml` must be playable over TwiML, because the stack prod in eu-west-1 has the voice \
                webhook. Remove the section from a flow that is not meant for TwiML.\nNothing was published.\n";
    assert!(err.ends_with(note), "{err}");
    let Said { code, err, .. } = deployment.flow_on_stack("VoiceWebhookUrl", &["push", "bank.yaml", "--json"]).await;
    assert_eq!(code, Some(1));
    let last: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["message"], "there are errors, so nothing was published");
    assert_eq!(deployment.live().await, None);

    // A flow without the section is not meant for TwiML, and a stack without the webhook plays none.
    deployment.write("bank.yaml", both(""));
    let Said { code, err, .. } = deployment.flow_on_stack("VoiceWebhookUrl", &push).await;
    assert_eq!((code, err.as_str()), (Some(0), "Working on the stack prod in eu-west-1.\n"));
    deployment.write("bank.yaml", both(NO_MAILBOX));
    assert_eq!(deployment.flow_on_stack("ApiUrl", &push).await.code, Some(0));
    deployment.write("bank.yaml", both(MAILBOX));
    assert_eq!(deployment.flow_on_stack("VoiceWebhookUrl", &push).await.code, Some(0));
    assert_eq!(deployment.live().await, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_twiml_provider_never_sends_keeps_no_flow_from_being_published() {
    let deployment = Deployment::new().await;
    let rules = "rules: [{ when: source.st_os, do: hangup }, { do: { voicemail: { id: 501 } } }]";
    deployment.write("bank.yaml", both(MAILBOX).replace("voicemail: { id: 501 }\n", &format!("{rules}\n")));
    let push = ["push", "bank.yaml", "--deny-warnings"];
    let Said { code, err, .. } =
        deployment.flow_on_stack("VoiceWebhookUrl", &[&push[..], &["--for", "twiml"]].concat()).await;
    assert_eq!(code, Some(1), "unless the command asks for TwiML");
    assert!(err.starts_with("error: this reads `source.st_os`, which no TwiML provider sends\n"), "{err}");
    assert_eq!(deployment.flow_on_stack("VoiceWebhookUrl", &push).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_can_ask_for_a_provider() {
    let deployment = Deployment::new().await;
    deployment.write("bank.yaml", both(""));
    let Said { code, err, .. } = deployment.flow(&["push", "bank.yaml", "--for", "twiml"]).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("voicemail 501 is known only") && err.ends_with("\nNothing was published.\n"), "{err}");
    assert!(!err.contains("has the voice webhook"), "{err}");
    assert_eq!(deployment.live().await, None);
    assert_eq!(deployment.flow(&["push", "bank.yaml", "--for", "dialogtech"]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_to_a_version_that_cannot_be_played_is_possible_with_a_warning() {
    let deployment = Deployment::new().await;
    for twiml in [NO_MAILBOX, MAILBOX] {
        deployment.write("bank.yaml", both(twiml));
        assert_eq!(deployment.flow(&["push", "bank.yaml"]).await.code, Some(0));
    }
    let Said { code, err, .. } = deployment.flow_on_stack("VoiceWebhookUrl", &["rollback", "bank", "--yes"]).await;
    assert_eq!(code, Some(0));
    assert!(err.starts_with("warning: voicemail 501 is known only to DialogTech's portal\n"), "{err}");
    assert!(err.contains("\n1 warning in bank, version 1\n"), "{err}");
    assert_eq!(deployment.live().await, Some(1));
}
