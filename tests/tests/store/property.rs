//! Random histories of a caller: attempts with lost requests and replies and by clocks that differ, changes by
//! administrators, rotations of the key and changes of the hash. Every attempt must come to what the reference model
//! says, and keep the rules of the model checker.
//!
//! `RINGBOLT_TEST_HISTORIES` sets how many (100 otherwise), and `RINGBOLT_TEST_SEED` makes the same ones again.
#![allow(clippy::print_stdout, reason = "--nocapture shows how far it has come")]

use crate::{
    event::event,
    history::{Both, Guesses},
    model::{ATTEMPTS, LOCK_MS, LONGEST_MS, SUSPEND_AFTER},
};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use ringbolt_core::lockout::Lockout;
use ringbolt_tests::{LossyDatabase, database::elsewhere, figures};
use std::{
    cell::{Cell, RefCell},
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::Duration,
};

/// Events in one history, at most.
const LONGEST_HISTORY: usize = 40;

fn number(variable: &str, otherwise: impl FnOnce() -> u64) -> u64 {
    std::env::var(variable).map_or_else(|_| otherwise(), |number| number.parse().unwrap())
}

/// The standard library seeds its hash tables at random.
fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn runner(histories: u64, seed: u64) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: histories.try_into().unwrap(),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[test]
fn random_histories_come_to_the_same_in_the_model_and_in_the_store_and_keep_every_rule() {
    let histories = number("RINGBOLT_TEST_HISTORIES", || 100);
    let seed = number("RINGBOLT_TEST_SEED", random_seed);
    let engine = if elsewhere().is_some() { "DynamoDB Local" } else { "embedded" };
    println!("{histories} histories on the engine {engine}, RINGBOLT_TEST_SEED={seed}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(LossyDatabase::start());
    let milliseconds = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap());
    let lockout = Lockout::new(ATTEMPTS, milliseconds(LOCK_MS), milliseconds(LONGEST_MS), SUSPEND_AFTER).unwrap();
    let (guesses, played) = (RefCell::new(Guesses::default()), Cell::new(0_u64));
    runner(histories, seed)
        .run(&prop::collection::vec(event(), 1..LONGEST_HISTORY), |events| {
            // Taken out, because nothing borrowed may wait.
            let mut stretched = guesses.take();
            let kept = runtime.block_on(async {
                let mut both = Both::new(&database, &lockout, &mut stretched).await;
                for event in &events {
                    both.apply(event).await?;
                }
                Ok::<_, TestCaseError>(())
            });
            guesses.replace(stretched);
            kept?;
            played.set(played.get() + 1);
            if played.get().is_multiple_of(1_000) {
                println!("{} histories", played.get());
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("RINGBOLT_TEST_SEED={seed}: {failure}"));
    assert_eq!(played.get(), histories);
    figures::note("histories", format!("random histories, engine {engine}, seed {seed}"), played.get());
}
