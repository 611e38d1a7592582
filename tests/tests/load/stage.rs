//! A database with callers and a published flow, and the functions that use it.

use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    caller::{Attributes, Status},
    identity::FlowName,
    pin::{CallerPin, PinHash, PinHasher, PinKeys},
};
use ringbolt_dynamodb::{
    Store,
    flows::{FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_tests::{
    TestDatabase,
    app::{Function, NOON, demo_flow},
    environment::{Environment, bootstrap, documented, logical_id},
    runtime_api::{Instance, Pool},
};
use tokio::sync::{Mutex, MutexGuard};

/// One test at a time: they measure, and the machine has few cores.
static ALONE: Mutex<()> = Mutex::const_new(());

pub async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

/// What the functions of a test share.
pub struct Stage {
    pub database: TestDatabase,
    pub store: Store,
    hasher: PinHasher,
    hash: PinHash,
    pub flows_table: String,
}

impl Stage {
    /// The demo flow, published, with locks of a day, so that none ends in an hour of load.
    pub async fn new(hash: PinHash) -> Self {
        let database = TestDatabase::start().await;
        let keys = &documented(logical_id(Function::Auth))["RINGBOLT_PIN_KEYS"];
        let hasher = PinHasher::new(PinKeys::from_json(keys).unwrap(), hash);
        let flows_table = database.tables.callers.replace("callers", "flows");
        create_missing_flows(&database.client().await, &flows_table).await.unwrap();
        let table = FlowTable::new(database.client().await, flows_table.clone());
        assert!(demo_flow().contains("lock: 30m"));
        let flow = demo_flow().replace("lock: 30m", "lock: 24h");
        let push = Push::new(flow, "ada".to_owned(), None, NOON).unwrap();
        table.publish(&FlowName::parse("demo").unwrap(), &push).await.unwrap();
        Self { store: database.store().await, database, hasher, hash, flows_table }
    }

    /// The environment of a function: that of a deployment, with a deadline long enough for a busy machine.
    pub fn environment(&self, function: Function) -> Environment {
        let hash = if self.hash == PinHash::Keyed { "keyed" } else { "argon2id" };
        let environment = Environment::on(&self.database, function).with("RINGBOLT_LOG_LEVEL", "info");
        match function {
            Function::Transcription => environment,
            _ => environment
                .without("RINGBOLT_FLOW_FILES")
                .with("RINGBOLT_FLOWS_TABLE", &self.flows_table)
                .with("RINGBOLT_PIN_HASH", hash),
        }
    }

    pub async fn instance(&self, function: Function) -> Instance {
        Instance::start(&bootstrap(logical_id(function)), &self.environment(function)).await
    }

    pub async fn pool(&self, function: Function, count: usize) -> Pool {
        Pool::start(&bootstrap(logical_id(function)), &self.environment(function), count).await
    }

    /// Enrols a caller with a name of their own.
    pub async fn enrol(&self, user: &str, pin: &str, name: &str) {
        let caller = ringbolt_tests::caller(user);
        let tags = self.hasher.enrol(&caller, &CallerPin::parse(pin).unwrap()).unwrap();
        let attributes = [("first_name", name), ("balance", "12.50")];
        let attributes: Attributes = attributes.map(|(name, value)| (name.to_owned(), value.into())).into();
        let tags: Vec<_> = tags.into_iter().collect();
        assert!(self.store.create_caller(&caller, &tags, &attributes, Status::Active).await.unwrap());
    }

    /// The failed attempts in a caller's item.
    pub async fn counted(&self, user: &str) -> u32 {
        self.store.caller(&ringbolt_tests::caller(user)).await.unwrap().unwrap().attempts
    }

    /// How many items the tables have: calls, counters.
    pub async fn items(&self) -> [usize; 2] {
        let client = self.database.client().await;
        let mut counts = [0; 2];
        for (count, table) in counts.iter_mut().zip([&self.database.tables.calls, &self.database.tables.counters]) {
            // An account has one counter of failures for all of its calls.
            let mut pages = client
                .scan()
                .table_name(table)
                .filter_expression("NOT begins_with(pk, :account)")
                .expression_attribute_values(":account", AttributeValue::S("#account#".to_owned()))
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                *count += usize::try_from(page.unwrap().count()).unwrap();
            }
        }
        counts
    }
}
