//! `ringbolt audit`

use crate::Deployment;
use aws_sdk_dynamodb::types::AttributeValue;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn sk(seq: u64) -> AttributeValue {
    s(&format!("e#{seq:020}"))
}

/// Two changes: one that was made, one that was refused.
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
async fn every_change_is_listed_with_who_made_it_and_how_it_ended() {
    let bank = changed().await;
    let list = bank.ringbolt(&["audit", "list", "--json"]).await.json();
    let short = |entry: &serde_json::Value| {
        ["number", "who", "command", "subject", "step"].map(|field| entry[field].to_string().replace('"', "")).join(" ")
    };
    let lines: Vec<_> = list.as_array().unwrap().iter().map(short).collect();
    assert_eq!(
        lines,
        [
            "4 ada caller unlock bank#nobody failed",
            "3 ada caller unlock bank#nobody begun",
            "2 ada pin set bank#90786 done",
            "1 ada pin set bank#90786 begun",
        ]
    );
    let said = bank.ringbolt(&["audit", "list", "--limit", "1"]).await;
    assert!(said.out.contains("caller unlock") && !said.out.contains("pin set"), "{said:?}");
    assert!(said.err.contains("There are more"), "{said:?}");
    bank.ringbolt(&["audit", "list", "--since", "2990-01-01"]).await.says("Nothing was recorded.");
    bank.ringbolt(&["audit", "list", "--since", "yesterday"]).await.fails(2, &["`yesterday` is no time"]);
    let by = bank.ringbolt(&["caller", "unlock", "--realm", "bank", "90786", "--by", "grace"]).await;
    by.says("zero");
    assert_eq!(bank.ringbolt(&["audit", "list", "--json"]).await.json()[0]["who"], "grace");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_was_removed_changed_or_cut_off_is_noticed() {
    let bank = changed().await;
    let noted = bank.ringbolt(&["audit", "verify", "--json"]).await.json();
    assert_eq!((&noted["whole"], &noted["entries"]), (&true.into(), &4.into()));
    let noted = format!("4:{}", noted["last"]["digest"].as_str().unwrap());
    bank.ringbolt(&["audit", "verify", "--noted", &noted]).await.says("The record is whole: 4 entries.").says(&noted);
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
    assert!(said.out.contains("The record ends with entry 2, and had 4: its end was cut off."), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_interrupted_is_seen() {
    let bank = changed().await;
    // As if the command had been killed between the change and its end: the last entry was never written.
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
    said.says("The change of entry 3 began and did not end").says("The record is whole: 3 entries.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_without_its_head_goes_on_after_a_repair_that_stands_in_it() {
    let bank = changed().await;
    bank.ringbolt(&["audit", "repair", "--yes"]).await.says("The record ends where its head says.");
    bank.client.delete_item().table_name("audit").key("pk", s("head")).key("sk", s("head")).send().await.unwrap();
    let unlock = ["caller", "unlock", "--realm", "bank", "90786"];
    bank.ringbolt(&unlock).await.fails(1, &["the record of changes is damaged", "audit verify", "audit repair"]);
    bank.ringbolt(&["audit", "repair"]).await.fails(2, &["ends with entry 4", "head names entry 0", "--yes"]);
    bank.ringbolt(&["audit", "repair", "--yes"]).await.says("The record goes on after entry 4.");
    bank.ringbolt(&unlock).await.says("zero");
    bank.ringbolt(&["audit", "verify"]).await.says("The record is whole: 8 entries.");
    let list = bank.ringbolt(&["audit", "list", "--json"]).await.json();
    assert!(list[3]["command"] == "audit repair" && list[3]["subject"].as_str().unwrap().contains("had been 0:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_who_changes_something_is_a_name() {
    let bank = changed().await;
    for by in ["", "a\nb", &"x".repeat(201)] {
        let said = bank.ringbolt(&["caller", "unlock", "--realm", "bank", "90786", "--by", by]).await;
        said.fails(2, &["--by (RINGBOLT_BY) is a name of 1 to 200 bytes"]);
    }
    assert_eq!(bank.ringbolt(&["audit", "list", "--limit", "0"]).await.code, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recorded_is_not_done() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin", "--audit-table", "elsewhere"];
    let said = bank.keyed(&set, "815294").await;
    said.fails(1, &["nothing was changed, because it could not be recorded", "no such table"]);
    assert_eq!(bank.store().caller(&crate::deployment::caller("90786")).await.unwrap(), None);
}
