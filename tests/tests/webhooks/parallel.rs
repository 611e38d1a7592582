//! Many at once.

use crate::webhooks::{FAILURE, LOCKED, demo};
use std::{collections::BTreeMap, sync::Arc};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_wrong_guesses_3_fail_and_61_find_the_caller_locked() {
    let (app, _database) = demo().await;
    let app = Arc::new(app);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let (call, pin) = (format!("c-{number}"), (9000 + number).to_string());
                app.auth(&call, "123abc45-67d8-912e-3fg4-56789h0123456", &pin).await.body
            })
        })
        .collect();
    let mut answers = BTreeMap::new();
    for task in tasks {
        *answers.entry(task.await.unwrap()).or_insert(0) += 1;
    }
    assert_eq!(answers, BTreeMap::from([(FAILURE.to_owned(), 3), (LOCKED.to_owned(), 61)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_call_that_guesses_64_times_at_once_counts_3() {
    let (app, _database) = demo().await;
    let app = Arc::new(app);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let pin = 9000 + number;
                let query = format!("ivr_id=12345&ivr_session_id=s&ivr_response_id=r&account=90786&pin={pin}");
                app.next(&query).await.report.outcome.word()
            })
        })
        .collect();
    let mut verified = 0;
    for task in tasks {
        verified += u32::from(task.await.unwrap() == "verified");
    }
    let caller = app.app.webhook.store.caller(&ringbolt_tests::caller("90786")).await.unwrap().unwrap();
    assert_eq!((verified, caller.attempts), (0, 3));
}
