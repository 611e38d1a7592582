//! `ringbolt flow list` and `ringbolt flow history`

use crate::flow::deployment::{Deployment, NOON, Said, bank, bank_flow};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_dynamodb::flows::Push;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use std::collections::HashMap;

/// A deployment with three versions of `bank`, rolled back to the second.
async fn deployed() -> Deployment {
    let deployment = Deployment::new().await;
    for (number, note) in [(1, None), (2, Some("Sundays\nand holidays")), (3, Some("\u{202e}no"))] {
        let push = Push::new(bank_flow(&format!("800555010{number}")), "ada".to_owned(), note.map(str::to_owned), NOON);
        deployment.table.publish(&bank(), &push.unwrap()).await.unwrap();
    }
    let rolled_back = deployment.flow(&["rollback", "bank", "--yes", "--by", "bea"]).await;
    assert_eq!(rolled_back.code, Some(0), "{rolled_back:?}");
    deployment
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_shows_what_is_live_since_when_and_by_whom() {
    let deployment = Deployment::new().await;
    let Said { code, out, err } = deployment.flow(&["list"]).await;
    let nothing = "No flow has been published yet: publish one with `ringbolt flow push`.\n";
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), nothing, ""));

    let deployment = deployed().await;
    let Said { code, out, err } = deployment.flow(&["list"]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_data_eq!(
        out,
        str![[r#"
Flow  Live  Pushed                   Who  Versions  Note
bank  2     2026-11-21 12:00:00 UTC  ada  3         rolled back from version 3 by bea, [..] UTC

"#]]
    );
    let Said { out, .. } = deployment.flow(&["list", "--json"]).await;
    let mut listed: Value = serde_json::from_str(&out).unwrap();
    assert!(listed["flows"][0]["made_live_at"].take().as_str().unwrap().starts_with("20"));
    let expected = json!({ "flows": [{
        "flow": "bank", "live": 2, "pushed_at": "2026-11-21T12:00:00Z", "by": "ada", "note": "Sundays\nand holidays",
        "versions": 3, "made_live_at": null, "made_live_by": "bea",
    }] });
    assert_eq!(listed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_is_newest_first_with_the_live_version_marked() {
    let deployment = deployed().await;
    let Said { code, out, err } = deployment.flow(&["history", "bank"]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_data_eq!(
        out,
        str![[r#"
      Version  Pushed                   Who  Bytes  Note
      3        2026-11-21 12:00:00 UTC  ada  [..]    /u{202e}no
live  2        2026-11-21 12:00:00 UTC  ada  [..]    Sundays
      1        2026-11-21 12:00:00 UTC  ada  [..]
The live version was rolled back from version 3 by bea, [..] UTC.

"#]]
    );
    let Said { out, .. } = deployment.flow(&["history", "bank", "--json", "--limit", "2"]).await;
    let history: Value = serde_json::from_str(&out).unwrap();
    let versions = &history["versions"];
    assert_eq!(history["older_versions"], 1);
    assert_eq!(versions.as_array().unwrap().len(), 2);
    let second = &versions[1];
    assert_eq!((&second["version"], &second["live"], &second["replaced"]), (&json!(2), &json!(true), &json!(1)));
    assert_eq!(second["bytes"], json!(bank_flow("8005550102").len()));
    assert_eq!(second["sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_history_shows_the_newest_versions_and_counts_the_others() {
    let deployment = Deployment::new().await;
    for number in 100..130 {
        deployment.publish(&bank_flow(&format!("8005550{number}"))).await;
    }
    let Said { out, .. } = deployment.flow(&["history", "bank"]).await;
    assert_eq!(out.lines().count(), 1 + 20 + 1);
    assert!(out.ends_with("\nNot shown: 10 older versions. Use --limit 30 to show all.\n"), "{out}");
    let Said { out, .. } = deployment.flow(&["history", "bank", "--limit", "30"]).await;
    assert_eq!(out.lines().count(), 1 + 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_for_an_unknown_flow_names_the_published_flows() {
    let deployment = Deployment::new().await;
    let Said { code, err, .. } = deployment.flow(&["history", "bnak"]).await;
    let place = deployment.place();
    let nothing = format!("ringbolt: no flow has been published in {place}: publish one with `ringbolt flow push`\n");
    assert_eq!((code, err), (Some(1), nothing));
    deployment.publish(&bank_flow("8005550101")).await;
    for command in ["history", "rollback", "show"] {
        let Said { code, err, .. } = deployment.flow(&[command, "bnak"]).await;
        let unknown = format!("ringbolt: there is no flow `bnak` in {place}; the published flows are `bank`\n");
        assert_eq!((code, err), (Some(1), unknown), "{command}");
    }
    let Said { code, err, .. } = deployment.flow(&["history", "Bank!"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("a name has 1 to 63 characters"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_without_author_note_or_size_are_listed_too() {
    let deployment = Deployment::new().await;
    let put = async |attributes: [(&str, AttributeValue); 4]| {
        let item = attributes.map(|(name, value)| (name.to_owned(), value)).into();
        deployment.client.put_item().table_name("flows").set_item(Some(item)).send().await.unwrap();
    };
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: &str| AttributeValue::N(number.to_owned());
    let version = [("sk", text("v#0000000001")), ("text", text("flow: bank")), ("pushed_at", number("1795262400000"))];
    let [sk, body, pushed_at] = version;
    put([("pk", text("flow#bank")), sk, body, pushed_at]).await;
    let flows = AttributeValue::M(HashMap::from([("bank".to_owned(), number("1"))]));
    put([("pk", text("live")), ("sk", text("live")), ("flows", flows), ("note", text("by hand"))]).await;
    for command in [&["list"][..], &["history", "bank"], &["list", "--json"], &["history", "bank", "--json"]] {
        let Said { code, out, err } = deployment.flow(command).await;
        assert_eq!((code, err.as_str()), (Some(0), ""), "{command:?}");
        assert!(out.contains("2026-11-21"), "{out}");
    }
    assert_eq!(
        deployment.publish(&bank_flow("8005550101")).await,
        ringbolt_dynamodb::flows::Published::Live { version: 2, replaced: Some(1) }
    );
}
