//! `ringbolt audit`

use crate::ops::Deployment;
use aws_sdk_dynamodb::types::AttributeValue;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn sk(seq: u64) -> AttributeValue {
    s(&format!("e#{seq:020}"))
}

/// A deployment with one successful and one refused change.
async fn changed() -> Deployment {
    let bank = Deployment::new().await;
    bank.keyed(&["pin", "set", "--realm", "bank", "90786", "--stdin"], "815294").await.says("set");
    bank.ringbolt(&["caller", "unlock", "--realm", "bank", "nobody"]).await.fails(1, &["no such caller"]);
    bank
}

async fn remove(bank: &Deployment, seq: u64) {
    bank.client.delete_item().table_name("audit").key("pk", s("audit")).key("sk", sk(seq)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_one_row_with_who_made_it_and_how_it_ended() {
    let bank = changed().await;
    let list = bank.ringbolt(&["audit", "list", "--json"]).await.json();
    let short = |change: &serde_json::Value| {
        let numbers = format!("{}-{}", change["begun"]["number"], change["ended"]["number"]);
        let rest = ["who", "command", "subject", "outcome"].map(|field| change[field].as_str().unwrap());
        format!("{numbers} {}", rest.join(" "))
    };
    let lines: Vec<_> = list["changes"].as_array().unwrap().iter().map(short).collect();
    assert_eq!(lines, ["3-4 ada caller unlock bank#nobody failed", "1-2 ada pin set bank#90786 done"]);
    assert_eq!((&list["more"], &list["unreadable"]), (&false.into(), &serde_json::json!([])));
    let said = bank.ringbolt(&["audit", "list", "--limit", "1"]).await;
    assert!(said.out.contains("caller unlock") && !said.out.contains("pin set"), "{said:?}");
    assert!(said.err.contains("Only the newest 1 changes are shown"), "{said:?}");
    bank.ringbolt(&["audit", "list", "--since", "2990-01-01"]).await.says("No such changes are recorded.");
    bank.ringbolt(&["audit", "list", "--since", "yesterday", "--until", "today"]).await.says("pin set");
    bank.ringbolt(&["audit", "list", "--until", "yesterday"]).await.says("No such changes are recorded.");
    bank.ringbolt(&["audit", "list", "--since", "monday"]).await.fails(2, &["--since must be a day", "yesterday"]);
    let said = bank.ringbolt(&["audit", "list", "--realm", "bank", " 90786 "]).await;
    said.says("pin set");
    assert!(!said.out.contains("nobody"), "{said:?}");
    bank.ringbolt(&["audit", "list", "--realm", "bank"]).await.says("nobody").says("90786");
    bank.ringbolt(&["audit", "list", "--realm", "shop"]).await.says("No such changes are recorded.");
    bank.ringbolt(&["audit", "list", "--realm", "bank", "--shared", "depot"]).await.says("No such changes");
    assert_eq!(bank.ringbolt(&["audit", "list", "90786"]).await.code, Some(2), "whose realm?");
    let by = bank.ringbolt(&["caller", "unlock", "--realm", "bank", "90786", "--by", "grace"]).await;
    by.says("reset");
    assert_eq!(bank.ringbolt(&["audit", "list", "--json"]).await.json()["changes"][0]["who"], "grace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_changed_and_truncated_entries_are_detected() {
    let bank = changed().await;
    let noted = bank.ringbolt(&["audit", "verify", "--json"]).await.json();
    assert_eq!((&noted["intact"], &noted["entries"]), (&true.into(), &4.into()));
    let noted = format!("4:{}", noted["last"]["digest"].as_str().unwrap());
    bank.ringbolt(&["audit", "verify", "--noted", &noted])
        .await
        .says("The audit log is intact: 4 entries.")
        .says(&noted);
    bank.ringbolt(&["audit", "verify", "--noted", "4:x"]).await.fails(2, &["NUMBER:DIGEST"]);

    let forge = bank.client.update_item().table_name("audit").key("pk", s("audit")).key("sk", sk(1));
    forge.update_expression("SET who = :eve").expression_attribute_values(":eve", s("eve")).send().await.unwrap();
    remove(&bank, 3).await;
    let said = bank.ringbolt(&["audit", "verify"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.out.lines().next(), Some("Entry 1 was changed after it was written."));
    assert!(said.out.contains("Entry 3 is missing.") && said.err.is_empty(), "{said:?}");

    remove(&bank, 4).await;
    let said = bank.ringbolt(&["audit", "verify"]).await;
    assert!(said.out.contains("The audit log ends with entry 2 but had 4 entries: its end was removed."), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_change_is_reported() {
    let bank = changed().await;
    // As if the command had been killed after the change, before it wrote the last entry.
    remove(&bank, 4).await;
    let third = bank.client.get_item().table_name("audit").key("pk", s("audit")).key("sk", sk(3)).send().await.unwrap();
    let digest = third.item().unwrap()["digest"].clone();
    let head = bank.client.update_item().table_name("audit").key("pk", s("head")).key("sk", s("head"));
    head.update_expression("SET seq = :three, digest = :digest")
        .expression_attribute_values(":three", AttributeValue::N("3".to_owned()))
        .expression_attribute_values(":digest", digest)
        .send()
        .await
        .unwrap();
    let said = bank.ringbolt(&["audit", "verify"]).await;
    said.says("The change of entry 3 has no end").says("The audit log is intact: 3 entries.");
    bank.ringbolt(&["audit", "list"]).await.says("no end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_log_without_its_head_works_again_after_a_recorded_repair() {
    let bank = changed().await;
    bank.ringbolt(&["audit", "repair", "--yes"]).await.says("The head matches the last entry.");
    bank.client.delete_item().table_name("audit").key("pk", s("head")).key("sk", s("head")).send().await.unwrap();
    let unlock = ["caller", "unlock", "--realm", "bank", "90786"];
    bank.ringbolt(&unlock).await.fails(1, &["the audit log is damaged", "audit verify", "audit repair"]);
    bank.ringbolt(&["audit", "repair"]).await.fails(2, &["ends with entry 4", "head names entry 0", "--yes"]);
    bank.ringbolt(&["audit", "repair", "--yes"]).await.says("The audit log continues after entry 4.");
    bank.ringbolt(&unlock).await.says("reset");
    bank.ringbolt(&["audit", "verify"]).await.says("The audit log is intact: 8 entries.");
    let list = bank.ringbolt(&["audit", "list", "--json"]).await.json();
    let repair = &list["changes"][1];
    assert!(repair["command"] == "audit repair" && repair["subject"].as_str().unwrap().contains("head was 0:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_name_for_the_audit_log_is_refused() {
    let bank = changed().await;
    for by in ["", "a\nb", &"x".repeat(201)] {
        let said = bank.ringbolt(&["caller", "unlock", "--realm", "bank", "90786", "--by", by]).await;
        said.fails(2, &["--by (RINGBOLT_BY) must be a name of 1 to 200 bytes"]);
    }
    assert_eq!(bank.ringbolt(&["audit", "list", "--limit", "0"]).await.code, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_cannot_be_recorded_is_not_made() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin", "--audit-table", "elsewhere"];
    let said = bank.keyed(&set, "815294").await;
    said.fails(1, &["nothing was changed, because the change could not be recorded", "no such table"]);
    assert_eq!(bank.store().caller(&crate::ops::deployment::caller("90786")).await.unwrap(), None);
}
