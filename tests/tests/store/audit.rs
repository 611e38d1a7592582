//! The record of changes.

use crate::NOON;
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::audit::{Content, Finding, Head, Step, Subject, Verified, Verifier};
use ringbolt_dynamodb::{
    audit::{AuditTable, Recorded},
    tables,
};
use ringbolt_tests::TestDatabase;

fn content(change: usize) -> Content {
    Content {
        at: NOON,
        who: "ada".to_owned(),
        command: "pin set".to_owned(),
        subject: Subject::new("bank#90786", "salt"),
        step: Step::Done,
        detail: String::new(),
        change: change.to_string(),
    }
}

async fn audit(database: &TestDatabase) -> (AuditTable, String) {
    let name = format!("audit-{}", database.tables.callers);
    let client = database.client().await;
    tables::create_missing_audit(&client, &name).await.unwrap();
    (AuditTable::new(client, name.clone()), name)
}

async fn verify(table: &AuditTable) -> Verified {
    let mut verifier = Verifier::new(None);
    for recorded in table.page(0, true, 1_000).await.unwrap() {
        match recorded {
            Recorded::Entry(entry) => verifier.entry(&entry),
            Recorded::Unreadable { seq } => verifier.unreadable(seq),
        }
    }
    verifier.finish(table.head().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_appended_at_once_are_one_chain_without_a_gap() {
    let database = TestDatabase::start().await;
    let (table, _) = audit(&database).await;
    assert_eq!(table.head().await.unwrap(), None);
    let appended = (0..16).map(|change| {
        let table = table.clone();
        tokio::spawn(async move { table.append(content(change)).await.unwrap().seq })
    });
    let appended: Vec<_> = appended.collect();
    let mut numbers = Vec::new();
    for append in appended {
        numbers.push(append.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    let verified = verify(&table).await;
    assert_eq!((verified.findings, verified.entries, verified.last.seq), (vec![], 16, 16));
}

#[tokio::test]
async fn pages_go_upwards_and_downwards_and_entries_come_back_as_they_were() {
    let database = TestDatabase::start().await;
    let (table, _) = audit(&database).await;
    let mut appended = Vec::new();
    for change in 0..5 {
        appended.push(table.append(content(change)).await.unwrap());
    }
    let numbers = |page: Vec<Recorded>| page.iter().filter_map(Recorded::seq).collect::<Vec<_>>();
    assert_eq!(numbers(table.page(2, true, 2).await.unwrap()), [2, 3]);
    assert_eq!(numbers(table.page(u64::MAX, false, 2).await.unwrap()), [5, 4]);
    let all = table.page(0, true, 10).await.unwrap();
    assert_eq!(all, appended.into_iter().map(Recorded::Entry).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_name_that_is_erased_is_gone_and_the_chain_holds() {
    let database = TestDatabase::start().await;
    let (table, name) = audit(&database).await;
    table.append(content(1)).await.unwrap();
    table.append(content(2)).await.unwrap();
    table.erase_subject(1).await.unwrap();
    table.erase_subject(9).await.unwrap();
    let verified = verify(&table).await;
    assert_eq!((verified.findings, verified.nameless, verified.entries), (vec![], 1, 2));
    let items = database.client().await.scan().table_name(name).send().await.unwrap();
    let named = items.items().iter().filter(|item| item.contains_key("subject") || item.contains_key("salt"));
    assert_eq!(named.count(), 1);
}

#[tokio::test]
async fn an_item_that_is_no_entry_is_told_by_its_number() {
    let database = TestDatabase::start().await;
    let (table, name) = audit(&database).await;
    let Head { seq, .. } = table.append(content(1)).await.unwrap().head();
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let client = database.client().await;
    let strange =
        client.put_item().table_name(&name).item("pk", s("audit")).item("sk", s(&format!("e#{:020}", seq + 1)));
    strange.send().await.unwrap();
    let findings = verify(&table).await.findings;
    assert_eq!(findings[0], Finding::Unreadable { seq: Some(2) });

    // What stands in the next entry's place refuses it: nothing is written over.
    let error = table.append(content(2)).await.unwrap_err();
    assert_eq!(error.kind(), "contended");
}
