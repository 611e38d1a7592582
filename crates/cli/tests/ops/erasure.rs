//! `ringbolt caller export` and `erase`

use crate::ops::{
    Deployment,
    deployment::{caller, run},
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    calls::Transcript,
    visits::{Answered, References, Visit},
};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const FLOW: &str = r#"
flow: bank
realm: bank
fallback: { do: hangup }
ivrs:
  login:
    id: 12345
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: survey }
      wrong: { ivr: login }
  survey: { id: 23456, do: hangup }
"#;

const AT: EpochMs = EpochMs(1_800_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

/// Stores a session's visit to an IVR, about the user whom a login named.
async fn visit(bank: &Deployment, response_id: &str, session: &str, ivr_id: &str, named: Option<&str>, flow: &str) {
    let told = json!({ "call": { "ivr_session_id": session }, "source": {}, "answers": {} });
    let named = named.map(|user| bank.hasher().keys().reference(&caller(user)));
    let visit = Visit {
        response_id: response_id.to_owned(),
        ivr_id: ivr_id.to_owned(),
        session_id: Some(session.to_owned()),
        flow: flow.to_owned(),
        digest: response_id.to_owned(),
        at: AT,
        told,
        about: References { named, verified: None },
    };
    bank.store().record_visit(&visit, &Answered::default(), DAY).await.unwrap();
}

/// Stores a visit as earlier versions did: all visits to an IVR in one list, and no reference.
async fn former(bank: &Deployment, response_id: &str, account: &str, flow: &str) {
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let map = |fields: &[(&str, AttributeValue)]| {
        AttributeValue::M(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let told = map(&[("call", map(&[])), ("source", map(&[])), ("answers", map(&[("account", s(account))]))]);
    let visit = map(&[("at", AttributeValue::N(AT.0.to_string())), ("told", told)]);
    let put = bank.client.put_item().table_name("calls").item("pk", s(&format!("call#{response_id}")));
    let put = put.item("sk", s("result#12345")).item("flow", s(flow)).item("visits", AttributeValue::L(vec![visit]));
    put.send().await.unwrap();
}

/// Stores Ada's call through two IVRs with a transcription, and other people's calls.
async fn calls() -> Deployment {
    let bank = Deployment::new().await;
    bank.publish(FLOW).await;
    bank.keyed(&["pin", "set", "--realm", "bank", "90786", "--stdin"], "815294").await.says("set");
    visit(&bank, "hers-1", "s-1", "12345", Some("90786"), "bank").await;
    visit(&bank, "hers-2", "s-1", "23456", None, "bank").await;
    visit(&bank, "other-1", "s-2", "12345", Some("90787"), "bank").await;
    visit(&bank, "other-2", "s-3", "23456", None, "bank").await;
    former(&bank, "old-1", "90786", "gone").await;
    let fields = BTreeMap::from([("text".to_owned(), "Thank you".to_owned())]);
    let transcript = Transcript { response_id: "hers-2", ivr_id: "23456", question: "1", flow: "bank", fields };
    bank.store().keep_transcript(&transcript, AT, DAY).await.unwrap();
    bank
}

async fn stored(bank: &Deployment) -> Vec<&'static str> {
    let mut stored = Vec::new();
    for response_id in ["hers-1", "hers-2", "other-1", "other-2", "old-1"] {
        if !bank.store().call(response_id).await.unwrap().is_empty() {
            stored.push(response_id);
        }
    }
    stored
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_contains_everything_about_one_caller_and_nothing_about_others() {
    let bank = calls().await;
    let export = ["caller", "export", "--realm", "bank", "90786"];
    let document = bank.ringbolt(&export).await.json();
    assert_eq!(document["caller"]["user"], "90786");
    let calls: Vec<_> = document["calls"].as_array().unwrap().iter().map(|call| &call["response_id"]).collect();
    assert_eq!(calls, ["hers-1", "hers-2"]);
    assert_eq!(document["calls"][1]["records"][0]["fields"]["text"], "Thank you");
    assert_eq!(document["changes"][0]["command"], "pin set");
    let former = &document["records_of_earlier_versions"];
    assert_eq!((&former["records"], &former["records_of_flows_that_are_not_live"]), (&json!(1), &json!(1)));
    let tag = bank.store().caller(&caller("90786")).await.unwrap().unwrap().pins.pop_first().unwrap();
    let text = document.to_string();
    assert!(!text.contains(&tag) && !text.contains("90787"), "{text}");

    let out = bank.folder.path().join("ada.json");
    std::fs::write(&out, "somebody else's, and longer than hers ".repeat(1_000)).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&out, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let said = bank.ringbolt(&[&export[..], &["--out", "ada.json"]].concat()).await;
    said.says("ada.json: 2 calls, 2 changes.");
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(written.contains("Thank you") && !written.contains("somebody else"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = out.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    bank.ringbolt(&["caller", "export", "--realm", "bank", "1"]).await.fails(1, &["nothing is stored about them"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_caller_is_gone_from_every_table_and_the_audit_log_is_still_intact() {
    let bank = calls().await;
    let erase = ["caller", "erase", "--realm", "bank", "90786"];
    bank.ringbolt(&erase).await.fails(2, &["Erase this caller in the realm bank, 2 steps of calls", "--yes"]);
    assert_eq!(stored(&bank).await.len(), 5, "nothing is erased without confirmation");

    let said = bank.ringbolt(&[&erase[..], &["--yes"]].concat()).await;
    said.says("2 steps of calls deleted: 3 records").says("removed from 3 entries");
    said.says("1 record of earlier versions").says("no longer live");
    assert_eq!(stored(&bank).await, ["other-1", "other-2", "old-1"]);
    assert_eq!(bank.store().caller(&caller("90786")).await.unwrap(), None);
    for table in ["callers", "calls", "audit"] {
        let items = bank.client.scan().table_name(table).send().await.unwrap();
        let of_the_erased = items.items().iter().filter(|item| format!("{item:?}").contains("bank#90786"));
        assert_eq!(of_the_erased.count(), 0, "{table}");
    }
    bank.ringbolt(&["audit", "verify"])
        .await
        .says("The audit log is intact: 4 entries.")
        .says("Entries about erased people: 4.");
    bank.ringbolt(&[&erase[..], &["--yes"]].concat()).await.fails(1, &["nothing is stored about them"]);

    // With the flow that is no longer live, the remaining call can be identified.
    std::fs::write(bank.folder.path().join("old.yaml"), FLOW.replace("flow: bank", "flow: gone")).unwrap();
    let rest = bank.ringbolt(&[&erase[..], &["--yes", "--flow", "old.yaml", "--json"]].concat()).await.json();
    assert_eq!((&rest["caller"], &rest["calls"], &rest["records"]), (&json!(false), &json!(1), &json!(1)));
    assert_eq!(stored(&bank).await, ["other-1", "other-2"]);
}

/// The finding that led to references: the search said "0 steps of calls deleted", and account number and transcription
/// stayed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_finds_the_calls_of_a_flow_that_has_changed_or_is_gone() {
    let bank = calls().await;
    for changed in [FLOW.replace("answers.account", "answers.acct"), FLOW.replace("id: 12345", "id: 99999")] {
        bank.publish(&changed).await;
    }
    visit(&bank, "hers-3", "s-5", "12345", Some("90786"), "gone").await;
    let erase = ["caller", "erase", "--realm", "bank", "90786", "--yes"];
    bank.ringbolt(&erase).await.says("3 steps of calls deleted: 4 records");
    assert_eq!(stored(&bank).await, ["other-1", "other-2", "old-1"]);
    // A transcription that was in the queue meanwhile comes too late.
    let fields = BTreeMap::from([("text".to_owned(), "And goodbye".to_owned())]);
    let transcript = Transcript { response_id: "hers-3", ivr_id: "23456", question: "1", flow: "bank", fields };
    assert_eq!(bank.store().keep_transcript(&transcript, AT, DAY).await.unwrap().outcome().word(), "erased");
    for link in ["s-1", "s-5"] {
        assert!(bank.store().runs_of_session(link).await.unwrap().is_empty(), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_no_record_of_an_earlier_version_is_left_the_table_is_not_searched_again() {
    let bank = calls().await;
    bank.store().erase_call("old-1", AT).await.unwrap();
    let erase = |user| ["caller", "erase", "--realm", "bank", user, "--yes"];
    bank.ringbolt(&erase("90787")).await.says("the whole table of calls was searched for the last time");
    let wire = ringbolt_tests::Wire::to(&bank.embedded.endpoint).await;
    let mut command = bank.command(&erase("90786"));
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint);
    let said = run(command, "").await;
    said.says("2 steps of calls deleted: 3 records");
    assert!(!said.out.contains("earlier versions"), "{said:?}");
    let operations = wire.take_operations();
    assert!(!operations.contains(&"Scan".to_owned()), "{operations:?}");
    assert!(operations.len() < 50, "{}: {operations:?}", operations.len());
}

/// The counter of failures under the name of an account stays for 90 days, and its name is a digest of realm and user.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_attempts_under_the_name_of_an_account_are_exported_and_erased_under_every_key() {
    let mut bank = Deployment::new().await;
    bank.store().note_no_former_records().await.unwrap();
    bank.count_failure("90786").await;
    let former: serde_json::Value = serde_json::from_str(&bank.keys).unwrap();
    bank.keys = json!({ "current": "n".repeat(90), "previous": former["current"] }).to_string();
    for user in ["90786", "90786", "90787"] {
        bank.count_failure(user).await;
    }
    let export = bank.ringbolt(&["caller", "export", "--realm", "bank", "90786"]).await.json();
    let counters = export["account_counters"].as_array().unwrap();
    let counts: Vec<_> = counters.iter().map(|counter| counter["failed_attempts"].as_u64().unwrap()).collect();
    assert_eq!((counts, &export["caller"]), (vec![2, 1], &json!(null)));

    let erase = ["caller", "erase", "--realm", "bank", "90786", "--yes"];
    let said = bank.ringbolt(&erase).await;
    said.says("The counter of failed attempts under the name of the account is deleted.");
    for left in ["under PIN keys that are no longer in the secret", "point-in-time", "provider", "StreamEvents"] {
        said.says(left);
    }
    let left = bank.client.scan().table_name("counters").send().await.unwrap();
    assert_eq!(left.count(), 1, "only the other account's");
    bank.ringbolt(&erase).await.fails(1, &["nothing is stored about them"]);

    // Without the table, the rest is erased, and it is said that the counter is left.
    bank.keyed(&["pin", "set", "--realm", "bank", "90787", "--stdin"], "815294").await.says("set");
    let mut other = bank.command(&["caller", "erase", "--realm", "bank", "90787", "--yes"]);
    other.env_remove("RINGBOLT_COUNTERS_TABLE");
    run(other, "").await.says("counters of failed attempts at accounts, because the table of counters is unknown");
}
