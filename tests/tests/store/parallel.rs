//! Many attempts at once: what they come to must be what they come to in some order.

use crate::{
    Keyed, NOON, attempt, enrolled,
    model::{Came, Loss, Model, Try},
};
use ringbolt_core::{attempt::AuthOutcome, lockout::Lockout};
use ringbolt_tests::{TestDatabase, hasher};
use std::{collections::BTreeSet, time::Duration};

const PARALLEL: usize = 64;

/// The outcomes of these guesses, all at once, in order of their kind; and the counter after them.
async fn all_at_once(guesses: [&'static str; PARALLEL]) -> (Vec<Came>, u32) {
    let database = TestDatabase::start().await;
    let (store, hasher) = (database.store().await, hasher());
    let caller = enrolled(&store, &hasher, "ada", &["4711"]).await;
    let lockout = Lockout::new(3, Duration::from_secs(1), Duration::from_secs(4), 10).unwrap();
    let tasks = guesses.into_iter().enumerate().map(|(number, pin)| {
        let (store, hasher, lockout, caller) = (store.clone(), hasher.clone(), lockout.clone(), caller.clone());
        tokio::spawn(async move {
            let call = format!("call-{number}");
            let keyed = Keyed { pin, call: &call, try_number: 0, now: NOON };
            attempt(&store, &hasher, &lockout, &caller, keyed).await
        })
    });
    let mut came = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        came.push(match task.await.unwrap().outcome {
            AuthOutcome::Verified { .. } => Came::Verified,
            AuthOutcome::Wrong { attempts, locks } => Came::Wrong { attempts, locks },
            AuthOutcome::Locked { until: Some(until) } => Came::Locked { until: until.0 },
            other => panic!("{other:?}"),
        });
    }
    came.sort();
    (came, store.caller(&caller).await.unwrap().unwrap().attempts)
}

/// What the model gives for the right guess at every place among the wrong ones.
fn every_order() -> BTreeSet<(Vec<Came>, u32)> {
    (0..PARALLEL)
        .map(|right_at| {
            let mut model = Model::new(&["4711"]);
            let mut came: Vec<Came> = (0..PARALLEL)
                .map(|number| {
                    let pin = if number == right_at { "4711" } else { "4712" };
                    let tried = Try { pin: pin.to_owned(), call: number.to_string(), number: 0, key: 'a' };
                    model.attempt(tried, NOON.0, Loss::Nothing).0
                })
                .collect();
            came.sort();
            (came, model.attempts)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_wrong_guesses_exactly_3_are_counted() {
    let (came, attempts) = all_at_once(["4712"; PARALLEL]).await;
    let counted: Vec<_> = came.iter().filter(|came| matches!(came, Came::Wrong { .. })).collect();
    assert_eq!(
        counted,
        [
            &Came::Wrong { attempts: 1, locks: false },
            &Came::Wrong { attempts: 2, locks: false },
            &Came::Wrong { attempts: 3, locks: true }
        ]
    );
    assert_eq!((came.len(), attempts), (PARALLEL, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_right_guess_among_63_wrong_ones_comes_to_what_some_order_comes_to() {
    let orders = every_order();
    for right_at in [0, 1, 2, 3, 31, 63] {
        let mut guesses = ["4712"; PARALLEL];
        guesses[right_at] = "4711";
        let came = all_at_once(guesses).await;
        assert!(orders.contains(&came), "{came:?}");
    }
}
