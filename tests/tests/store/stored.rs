//! A caller's item as the table has it, read without the code under test.

use crate::{model::SUSPEND_AFTER, rules};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::identity::CallerId;
use ringbolt_tests::LossyDatabase;
use std::collections::{BTreeSet, HashMap};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub pins: BTreeSet<String>,
    pub attempts: i64,
    pub last_at: i64,
    pub last_attempt: Option<String>,
    pub status: String,
}

impl Stored {
    pub async fn read(database: &LossyDatabase, caller: &CallerId) -> Self {
        let key = AttributeValue::S(format!("{}#{}", caller.realm, caller.user.as_str()));
        let found = database.client.get_item().table_name(&database.tables.callers).key("pk", key);
        let item = found.consistent_read(true).send().await.unwrap().item.unwrap();
        Self::of(&item)
    }

    /// Stands in while an attempt is under way.
    pub fn nothing() -> Self {
        Self { pins: BTreeSet::new(), attempts: 0, last_at: 0, last_attempt: None, status: String::new() }
    }

    fn of(item: &HashMap<String, AttributeValue>) -> Self {
        let number = |name: &str| item[name].as_n().unwrap().parse().unwrap();
        Self {
            pins: item["pins"].as_m().unwrap().keys().cloned().collect(),
            attempts: number("attempts"),
            last_at: number("last_at"),
            last_attempt: item.get("last_attempt").map(|text| text.as_s().unwrap().clone()),
            status: item["status"].as_s().unwrap().clone(),
        }
    }

    pub fn is_suspended(&self) -> bool {
        self.status == "suspended"
    }

    /// Whether failures lock at this time.
    pub fn is_locked(&self, now: i64) -> bool {
        self.attempts >= i64::from(SUSPEND_AFTER) || rules::locks(self.attempts, self.last_at, now)
    }
}
