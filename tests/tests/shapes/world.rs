//! The five tables on an embedded database, with everything that reads and writes them.

use crate::shapes::{dynamodb_json::Item, fixture::Table};
use ringbolt_dynamodb::{Store, audit::AuditTable, flows::FlowTable, tables};
use ringbolt_tests::{LossyDatabase, TestApp, app::demo_flow};

pub struct World {
    pub database: LossyDatabase,
    flows: String,
    audit: String,
}

impl World {
    pub async fn start() -> Self {
        let database = LossyDatabase::start().await;
        let unique = &database.tables.calls;
        let (flows, audit) = (format!("{unique}-flows"), format!("{unique}-audit"));
        tables::create_missing_flows(&database.client, &flows).await.unwrap();
        tables::create_missing_audit(&database.client, &audit).await.unwrap();
        Self { database, flows, audit }
    }

    pub fn store(&self) -> Store {
        self.database.store()
    }

    pub fn flow_table(&self) -> FlowTable {
        FlowTable::new(self.database.client.clone(), self.flows.clone())
    }

    pub fn audit_table(&self) -> AuditTable {
        AuditTable::new(self.database.client.clone(), self.audit.clone())
    }

    /// The functions with the demo flow.
    pub fn app(&self) -> TestApp {
        TestApp::on(self.store(), &demo_flow())
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::Callers => &self.database.tables.callers,
            Table::Calls => &self.database.tables.calls,
            Table::Counters => &self.database.tables.counters,
            Table::Flows => &self.flows,
            Table::Audit => &self.audit,
        }
    }

    /// Puts an item; `false` if DynamoDB does not take it, because a key of an index has another type.
    pub async fn put(&self, table: Table, item: &Item) -> bool {
        let put = self.database.client.put_item().table_name(self.name(table)).set_item(Some(item.clone()));
        match put.send().await {
            Ok(_) => true,
            Err(error) => {
                let code = aws_sdk_dynamodb::error::ProvideErrorMetadata::code(&error).map(str::to_owned);
                assert_eq!(code.as_deref(), Some("ValidationException"), "{error:?}");
                false
            }
        }
    }

    /// The item as it is now.
    pub async fn get(&self, table: Table, item: &Item) -> Option<Item> {
        let get = self.database.client.get_item().table_name(self.name(table)).key("pk", item["pk"].clone());
        let get = if table.has_sort_key() { get.key("sk", item["sk"].clone()) } else { get };
        get.consistent_read(true).send().await.unwrap().item
    }

    pub async fn delete(&self, table: Table, item: &Item) {
        let delete = self.database.client.delete_item().table_name(self.name(table)).key("pk", item["pk"].clone());
        let delete = if table.has_sort_key() { delete.key("sk", item["sk"].clone()) } else { delete };
        delete.send().await.unwrap();
    }

    /// All items of a table.
    pub async fn items(&self, table: Table) -> Vec<Item> {
        let scan = self.database.client.scan().table_name(self.name(table));
        scan.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await.unwrap()
    }
}
