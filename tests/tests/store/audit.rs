//! The audit log.

use crate::NOON;
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::audit::{Content, Finding, Head, Step, Subject, Verified, Verifier};
use ringbolt_dynamodb::{
    audit::{AuditTable, Order, Page, Recorded},
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

/// All of the chain, a few entries at a time.
async fn whole(table: &AuditTable) -> Vec<Recorded> {
    let (mut entries, mut from) = (Vec::new(), None);
    loop {
        let page = table.page(Order::OldestFirst, from, 3).await.unwrap();
        entries.extend(page.entries);
        from = page.next;
        if from.is_none() {
            return entries;
        }
    }
}

async fn verify(table: &AuditTable) -> Verified {
    let mut verifier = Verifier::new(None);
    for recorded in whole(table).await {
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
    let numbers = |page: &Page| page.entries.iter().filter_map(Recorded::seq).collect::<Vec<_>>();
    let newest = table.page(Order::NewestFirst, None, 2).await.unwrap();
    assert_eq!(numbers(&newest), [5, 4]);
    let rest = table.page(Order::NewestFirst, newest.next, 5).await.unwrap();
    assert!(numbers(&rest) == [3, 2, 1] && rest.next.is_none());
    assert_eq!(whole(&table).await, appended.into_iter().map(Recorded::Entry).collect::<Vec<_>>());
}

/// A page of DynamoDB ends at a megabyte, however few items it has.
#[tokio::test]
async fn long_entries_and_what_is_no_entry_end_no_walk_and_hold_none_up() {
    let database = TestDatabase::start().await;
    let (table, name) = audit(&database).await;
    for change in 0..5 {
        table.append(Content { detail: "x".repeat(350_000), ..content(change) }).await.unwrap();
    }
    let first = table.page(Order::OldestFirst, None, 100).await.unwrap();
    assert!(first.entries.len() < 5 && first.next.is_some());
    assert_eq!(verify(&table).await.findings, vec![]);

    for number in 0..7 {
        let put = database.client().await.put_item().table_name(&name).item("pk", AttributeValue::S("audit".into()));
        put.item("sk", AttributeValue::S(format!("e#z{number}"))).send().await.unwrap();
    }
    let verified = verify(&table).await;
    assert_eq!((verified.findings, verified.entries), (vec![Finding::Unreadable { seq: None }], 12));
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

    // An item in the next entry's place refuses it: nothing is overwritten.
    let error = table.append(content(2)).await.unwrap_err();
    assert_eq!(error.kind(), "broken-chain");
}
