//! Estimates how long an import takes. Hashing dominates, and its speed can be measured in advance.

use anyhow::Context as _;
pub(crate) use ringbolt_core::text::{counted, grouped};
use ringbolt_core::{
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{CallerPin, PinHasher},
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Long enough for a dozen hashes per core.
const MEASUREMENT: Duration = Duration::from_millis(400);

/// Above this many hashes a second, the database is the bottleneck.
const DATABASE_BOUND: f64 = 3_000.0;

/// How many PINs a second this machine hashes. All cores are measured together, because they share memory bandwidth.
///
/// # Errors
/// A hash failed for lack of memory.
pub(crate) fn hashes_a_second(hasher: &PinHasher, cores: usize) -> anyhow::Result<f64> {
    let nobody = CallerId { realm: Realm::parse("measure")?, user: UserId::parse("nobody", IdentifierForm::Text)? };
    let pin = CallerPin::parse("0000")?;
    let began = Instant::now();
    let hashes = thread::scope(|scope| {
        let core = || {
            let mut hashes = 0_u32;
            while began.elapsed() < MEASUREMENT {
                hasher.enrol(&nobody, &pin)?;
                hashes += 1;
            }
            anyhow::Ok(hashes)
        };
        let cores: Vec<_> = (0..cores).map(|_| scope.spawn(core)).collect();
        cores.into_iter().try_fold(0, |sum, core| {
            let hashes = core.join().map_err(|_| anyhow::anyhow!("the measurement failed"))??;
            anyhow::Ok(sum + hashes)
        })
    });
    Ok(f64::from(hashes.context("PINs cannot be hashed on this machine")?) / began.elapsed().as_secs_f64())
}

/// The estimate as a sentence: "100,000 PINs at 28 a second on 2 cores: about 1 hour."
pub(crate) fn sentence(rows: u64, a_second: f64, cores: usize) -> String {
    let (pins, core) = (counted(rows, "PIN"), counted(cores as u64, "core"));
    if a_second > DATABASE_BOUND {
        return format!("{pins}; hashing is fast here, so the database determines the speed.");
    }
    let time = Duration::from_secs_f64(rows as f64 / a_second);
    format!("{pins} at {} a second on {core}: about {}.", grouped(a_second.round().max(1.0) as u64), duration(time))
}

/// A duration with one unit: 40 seconds, 12 minutes, 3 hours, 2 days.
pub(crate) fn duration(time: Duration) -> String {
    const UNITS: [(u64, u64, &str); 3] = [(172_800, 86_400, "day"), (3_570, 3_600, "hour"), (90, 60, "minute")];
    let secs = time.as_secs().max(1);
    for (from, unit, name) in UNITS {
        if secs >= from {
            return counted((secs + unit / 2) / unit, name);
        }
    }
    counted(secs, "second")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_a_sentence() {
        for (rows, a_second, cores, expected) in [
            (100_000, 28.0, 2, "100,000 PINs at 28 a second on 2 cores: about 1 hour."),
            (1, 28.0, 1, "1 PIN at 28 a second on 1 core: about 1 second."),
            (3_000_000, 250.4, 16, "3,000,000 PINs at 250 a second on 16 cores: about 3 hours."),
            (50_000_000, 28.0, 2, "50,000,000 PINs at 28 a second on 2 cores: about 21 days."),
            (5, 90_000.0, 2, "5 PINs; hashing is fast here, so the database determines the speed."),
        ] {
            assert_eq!(sentence(rows, a_second, cores), expected);
        }
    }
}
