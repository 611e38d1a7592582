//! Many at once, through many instances.

use crate::{
    stage::{Stage, alone},
    traffic::ask,
};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    app::{Function, auth_event, get_event},
    figures,
    runtime_api::Pool,
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::task::JoinSet;

/// Guesses in each dialect. One of the auth webhook's is one request to the database, and one of the other's is five.
const AUTH: usize = 9_000;
const NEXT_ACTION: usize = 1_000;
const GUESSES: usize = AUTH + NEXT_ACTION;
const CALLERS: usize = 1_000;

/// Instances of each function. With a keyed hash, because Argon2 would take minutes and makes no difference here.
const INSTANCES: usize = 8;

/// How often each answer was given to these events, all sent at once.
async fn answers(events: impl Iterator<Item = (Arc<Pool>, serde_json::Value)>) -> BTreeMap<String, usize> {
    let mut asked = JoinSet::new();
    for (pool, event) in events {
        asked.spawn(async move { ask(&pool, &event, 200).await.0 });
    }
    let mut answers = BTreeMap::new();
    while let Some(answer) = asked.join_next().await {
        // The state in an answer differs each time.
        let answer = answer.unwrap();
        let kind = ["<id>12345</id>", "8005550111", "<id>23456</id>"].into_iter().find(|part| answer.contains(part));
        *answers.entry(kind.map_or(answer.clone(), str::to_owned)).or_default() += 1;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_10_000_parallel_guesses_at_one_caller_exactly_3_are_compared() {
    let _alone = alone().await;
    let stage = Stage::new(PinHash::Keyed).await;
    stage.enrol("90786", "471147", "Ada").await;
    let auth = Arc::new(stage.pool(Function::Auth, INSTANCES).await);
    let next_action = Arc::new(stage.pool(Function::NextAction, INSTANCES).await);
    // Different PINs in different calls, so that none is taken for a retry of another.
    let of_auth = (0..AUTH).map(|number| {
        let pin = (100_000 + number).to_string();
        (Arc::clone(&auth), auth_event(&format!("c{number}"), "90786", &pin))
    });
    let of_next_action = (0..NEXT_ACTION).map(|number| {
        let pin = 200_000 + number;
        let query = format!("ivr_id=12345&ivr_session_id=s{number}&ivr_response_id=r{number}&account=90786&pin={pin}");
        (Arc::clone(&next_action), get_event(Function::NextAction, &query))
    });
    let answers = answers(of_next_action.chain(of_auth)).await;
    let outcomes = [auth.outcomes().await, next_action.outcomes().await];
    let count = |outcome: &str| outcomes.iter().filter_map(|outcomes| outcomes.get(outcome)).sum::<u64>();
    // The third one locks the caller, and with that ends the call in DialogTech's dialect.
    let compared = count("wrong") + count("too_many_attempts");
    println!("{GUESSES} guesses: {answers:?}, compared: {compared}");
    assert_eq!(answers.values().sum::<usize>(), GUESSES);
    // While the first failures come in at once, an item can change too often to be judged in time.
    let given_up = count("fallback");
    assert_eq!((compared, count("locked") + given_up), (3, GUESSES as u64 - 3), "{answers:?}");
    assert!(given_up <= 2 * INSTANCES as u64, "{answers:?}");
    assert_eq!(stage.counted("90786").await, 3);
    figures::note("guesses", "parallel guesses at one caller", GUESSES);
    figures::note("guesses", "of them compared (the limit is 3)", compared);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_1_000_callers_at_once_each_gets_their_own_answer() {
    let _alone = alone().await;
    let stage = Stage::new(PinHash::Keyed).await;
    let pin = |number: usize| (500_000 + number).to_string();
    for number in 0..CALLERS {
        stage.enrol(&(20_000 + number).to_string(), &pin(number), &format!("Caller{number}x")).await;
    }
    let pool = Arc::new(stage.pool(Function::NextAction, INSTANCES).await);
    let mut asked = JoinSet::new();
    for number in 0..CALLERS {
        let pool = Arc::clone(&pool);
        let (user, pin) = (20_000 + number, pin(number));
        asked.spawn(async move {
            let query =
                format!("ivr_id=12345&ivr_session_id=s{number}&ivr_response_id=r{number}&account={user}&pin={pin}");
            (number, ask(&pool, &get_event(Function::NextAction, &query), 200).await.0)
        });
    }
    while let Some(asked) = asked.join_next().await {
        let (number, answer) = asked.unwrap();
        assert!(
            answer.contains("<id>23456</id>") && answer.contains(&format!(">Caller{number}x<")),
            "{number}: {answer}"
        );
    }
    assert_eq!(pool.outcomes().await, BTreeMap::from([("verified".to_owned(), CALLERS as u64)]));
    figures::note("load", "callers at once, each with their own answer", CALLERS);
}
