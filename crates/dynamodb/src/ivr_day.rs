//! The partitions of the index that lists calls: an IVR's day, in shards, because a partition of DynamoDB takes a
//! thousand writes a second and no more.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use ringbolt_core::time::EpochMs;
use sha2::{Digest as _, Sha256};

/// How many partitions an IVR's day has. Writers and readers must agree on it: more can be read, but never fewer.
pub(crate) const SHARDS: u8 = 8;

/// The partition of an item that belongs to this call. It depends on nothing but the call and its day, so that a
/// repetition stays in its place.
pub(crate) fn ivr_day(ivr_id: &str, at: EpochMs, response_id: &str) -> String {
    let shard = Sha256::digest(response_id)[0] % SHARDS;
    format!("{}#{shard}", day(ivr_id, at))
}

/// All partitions of an IVR's day: its shards, and the one without a number, which earlier versions wrote.
pub(crate) fn partitions(ivr_id: &str, at: EpochMs) -> Vec<String> {
    let day = day(ivr_id, at);
    (0..SHARDS).map(|shard| format!("{day}#{shard}")).chain([day.clone()]).collect()
}

fn day(ivr_id: &str, at: EpochMs) -> String {
    let written = DateTime::from_millis(at.0).fmt(DateTimeFormat::DateTime).unwrap_or_default();
    format!("{ivr_id}#{}", written.get(..10).unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: EpochMs = EpochMs(1_795_262_400_000);

    #[test]
    fn calls_spread_evenly_over_the_shards_of_a_day() {
        let partitions = partitions("12345", NOON);
        assert_eq!(partitions.last().map(String::as_str), Some("12345#2026-11-21"));
        let mut counts = vec![0_u32; partitions.len()];
        for call in 0..80_000 {
            let written = ivr_day("12345", NOON, &format!("7{call:07}"));
            counts[partitions.iter().position(|partition| *partition == written).unwrap()] += 1;
        }
        let (unsharded, shards) = counts.split_last().unwrap();
        assert_eq!(*unsharded, 0);
        // 10,000 each; five standard deviations are 470.
        assert!(shards.iter().all(|count| (9_530..10_470).contains(count)), "{shards:?}");
    }
}
