//! What hashing takes: the memory of a few hashes, however many PINs are keyed.

use crate::stage::{Stage, alone};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    app::{Function, auth_event},
    figures,
    process::{address_space_kib, limit, most_resident_kib, resident_kib},
    runtime_api::Instance,
};

const ATTEMPTS: usize = 60;

/// Argon2 takes 19 MiB for a hash.
const MOST_GROWTH_KIB: u64 = 64 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_attempts_take_the_memory_of_a_few_hashes_and_fit_into_128_mib() {
    let _alone = alone().await;
    let stage = Stage::new(PinHash::default()).await;
    stage.enrol("90786", "4711", "Ada").await;
    let function = stage.instance(Function::Auth).await;
    let pid = function.pid();
    // The first event loads whatever the function loads late, and hashes nothing.
    function.invoke(&serde_json::json!({})).await;
    let before = resident_kib(pid);
    log_in(&function, "unlimited").await;
    let (most, after) = (most_resident_kib(pid), resident_kib(pid));
    println!("{ATTEMPTS} attempts: {before} KiB before, {after} KiB after, {most} KiB at most");
    figures::note("load", "MiB that 60 attempts add to a function, at most", most.saturating_sub(before) / 1024);
    assert!(most - before <= MOST_GROWTH_KIB, "{before} KiB before, {most} KiB at most");

    // No more than the smallest function of the template has. The address space of a thread's stack is only reserved.
    limit(pid, "as", &((address_space_kib(pid) + 128 * 1024) * 1024).to_string());
    log_in(&function, "limited").await;
}

async fn log_in(function: &Instance, calls: &str) {
    for number in 0..ATTEMPTS {
        let answer = function.invoke(&auth_event(&format!("{calls}{number}"), "90786", "4711")).await;
        let problems = function.log.problems();
        assert_eq!(answer["body"], "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064", "{calls}, {number}: {problems:?}");
    }
}
