//! Published call flows.

use crate::NOON;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::{StoreError, flows::FlowTable};
use ringbolt_tests::TestDatabase;

async fn table(database: &TestDatabase) -> FlowTable {
    let name = format!("{}-flows", database.tables.calls);
    ringbolt_dynamodb::tables::create_missing_flows(&database.client().await, &name).await.unwrap();
    FlowTable::new(database.client().await, name)
}

#[tokio::test]
async fn each_push_is_a_new_version_and_live() {
    let database = TestDatabase::start().await;
    let (table, bank, demo) =
        (table(&database).await, FlowName::parse("bank").unwrap(), FlowName::parse("demo").unwrap());
    assert!(table.live().await.unwrap().is_empty());
    assert_eq!(table.publish(&bank, "one", NOON).await.unwrap(), 1);
    assert_eq!(table.publish(&demo, "another flow", NOON).await.unwrap(), 1);
    assert_eq!(table.publish(&bank, "two", NOON).await.unwrap(), 2);
    let live: Vec<_> = table.live().await.unwrap().into_iter().collect();
    assert_eq!(live, [(bank.clone(), 2), (demo, 1)]);
    assert_eq!(table.text(&bank, 1).await.unwrap(), "one");
    assert_eq!(table.text(&bank, 2).await.unwrap(), "two");
    assert!(matches!(table.text(&bank, 3).await, Err(StoreError::Unreadable { attribute: "text" })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_pushes_no_text_is_lost_and_one_at_a_time_is_live() {
    let database = TestDatabase::start().await;
    let (table, bank) = (table(&database).await, FlowName::parse("bank").unwrap());
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let (table, bank) = (table.clone(), bank.clone());
            tokio::spawn(async move { table.publish(&bank, &format!("text {number}"), NOON).await })
        })
        .collect();
    let mut published = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(version) => published.push(version),
            Err(StoreError::Contended) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let live = table.live().await.unwrap()[&bank];
    assert!(published.contains(&live), "what is live was reported as live");
    let mut texts = Vec::new();
    for version in 1..=8 {
        texts.push(table.text(&bank, version).await.unwrap());
    }
    texts.sort();
    assert_eq!(texts, (0..8).map(|number| format!("text {number}")).collect::<Vec<_>>());
}
