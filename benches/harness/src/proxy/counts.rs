//! What went through a proxy.

use serde_json::Value;
use std::collections::BTreeMap;

/// Operations that change an item.
const WRITES: [&str; 4] = ["UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems"];

/// Counts since the last time that they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// TCP connections.
    pub connections: u64,
    /// TLS handshakes that succeeded.
    pub handshakes: u64,
    /// Bytes that came from the measured program, TLS included.
    pub received_bytes: u64,
    /// Bytes that went to it.
    pub sent_bytes: u64,
    /// Requests by operation and kind of table, such as `UpdateItem callers`.
    pub requests: BTreeMap<String, u64>,
    /// Replies that the service gave later than the delay, by more than a millisecond.
    pub late: u64,
    /// Twice the read units of items up to 4 KB.
    pub half_read_units: u64,
}

impl Counts {
    /// Counts a request by its `X-Amz-Target` and its body.
    pub fn add(&mut self, target: &str, body: &[u8]) {
        let operation = target.rsplit('.').next().unwrap_or_default();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        // Tables are named `callers-UNIQUE`.
        let table = body["TableName"].as_str().and_then(|name| name.split('-').next());
        let kind = table.map_or_else(|| operation.to_owned(), |table| format!("{operation} {table}"));
        *self.requests.entry(kind).or_default() += 1;
        if operation == "GetItem" {
            self.half_read_units += if body["ConsistentRead"] == true { 2 } else { 1 };
        }
    }

    /// All requests.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.requests.values().sum()
    }

    /// Those that change an item.
    #[must_use]
    pub fn writes(&self) -> u64 {
        let writes = |kind: &str| WRITES.iter().any(|operation| kind.starts_with(operation));
        self.requests.iter().filter(|(kind, _)| writes(kind)).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_and_table() {
        let mut counts = Counts::default();
        counts.add("DynamoDB_20120810.UpdateItem", br#"{"TableName":"callers-17-3"}"#);
        counts.add("DynamoDB_20120810.UpdateItem", br#"{"TableName":"callers-17-3"}"#);
        counts.add("DynamoDB_20120810.GetItem", br#"{"TableName":"flows-17-3"}"#);
        counts.add("DynamoDB_20120810.GetItem", br#"{"TableName":"callers-17-3","ConsistentRead":true}"#);
        counts.add("secretsmanager.GetSecretValue", b"{}");
        let expected = [("GetItem callers", 1), ("GetItem flows", 1), ("GetSecretValue", 1), ("UpdateItem callers", 2)];
        let expected = expected.map(|(kind, count)| (kind.to_owned(), count)).into();
        assert_eq!(counts.requests, expected);
        assert_eq!((counts.all(), counts.writes(), counts.half_read_units), (5, 2, 3));
    }
}
