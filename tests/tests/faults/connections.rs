//! Connections that end, die or are refused, whatever they carry: what a function meets after it was frozen, and while a
//! database fails over.

use crate::faults::{
    bench::{Bench, IN_TIME},
    dialect::{Call, Dialect, Heard},
    expected::Guess,
};
use ringbolt_core::caller::Status;
use ringbolt_tests::{Network, Trouble, figures};
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// What happens to all connections, between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The server closed them while nobody looked.
    Closed,
    /// A router forgot them: nothing comes back, not even an error.
    Forgotten,
    /// They are closed, and new ones are refused.
    Refused,
    /// They are closed, and refused until the function has answered once.
    RefusedForAWhile,
}

impl Ending {
    const ALL: [Self; 4] = [Self::Closed, Self::Forgotten, Self::Refused, Self::RefusedForAWhile];

    async fn begin(self, network: &mut Network) {
        match self {
            Self::Closed => network.close_connections(),
            Self::Forgotten => network.forget_connections(),
            Self::Refused | Self::RefusedForAWhile => network.refuse().await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_connections_end_a_caller_is_answered_and_counted_at_most_once() {
    let bench = Arc::new(Bench::new().await);
    let mut running = JoinSet::new();
    for (dialect, ending) in Dialect::ALL.into_iter().flat_map(|dialect| Ending::ALL.map(|ending| (dialect, ending))) {
        let bench = Arc::clone(&bench);
        running.spawn(async move {
            for guess in Guess::ALL {
                log_in(&bench, dialect, ending, guess).await;
            }
        });
    }
    let count = running.join_all().await.len();
    figures::note("faults", "endings of all connections x dialect", count);
}

async fn log_in(bench: &Bench, dialect: Dialect, ending: Ending, guess: Guess) {
    let what = format!("{dialect}, {ending:?}, {guess:?}");
    let status = if guess == Guess::Suspended { Status::Suspended } else { Status::Active };
    // Only time limits end a wait for a forgotten connection.
    let mut run = bench.run(Trouble::Silence, status).await;
    // The pool then has a connection for each of the requests that a login sends at once.
    let warm = format!("{}warm", run.id);
    dialect.login(&run.app, Call { id: &warm, ..run.call() }, "0000", || {}).await;
    let counted_before = bench.counted(&run).await;
    ending.begin(&mut run.network).await;

    let began = Instant::now();
    let answer = dialect.login(&run.app, run.call(), guess.pin(), || {}).await;
    assert!(began.elapsed() < IN_TIME, "{what}: {:?}", began.elapsed());
    let (heard, counted) = (dialect.heard(&answer), bench.counted(&run).await);
    let real = match guess {
        Guess::Wrong => Heard::Again,
        Guess::Right => Heard::LetIn,
        Guess::Suspended => Heard::TurnedAway,
    };
    match ending {
        Ending::Closed => assert_eq!(heard, real, "{what}: {:?}", answer.report),
        // Each forgotten connection costs an attempt of the SDK, and there may be more than it makes.
        Ending::Forgotten => assert!(heard == real || heard == Heard::Fallback, "{what}: {heard}"),
        Ending::Refused | Ending::RefusedForAWhile => assert_eq!(heard, Heard::Fallback, "{what}"),
    }
    match (guess, heard) {
        (Guess::Wrong, Heard::Again) => assert_eq!(counted, counted_before + 1, "{what}"),
        (Guess::Right, Heard::LetIn) => assert_eq!(counted, 0, "{what}"),
        // The attempt can have been counted before another request of the login found no connection.
        (Guess::Wrong, _) => assert!((counted_before..=counted_before + 1).contains(&counted), "{what}: {counted}"),
        (Guess::Right | Guess::Suspended, _) => assert!(counted <= counted_before, "{what}: {counted}"),
    }

    if ending == Ending::Refused {
        return;
    }
    if ending == Ending::RefusedForAWhile {
        run.network.accept_again();
    }
    let again = format!("{}again", run.id);
    let answer = dialect.login(&run.app, Call { id: &again, ..run.call() }, "4711", || {}).await;
    let real = if guess == Guess::Suspended { Heard::TurnedAway } else { Heard::LetIn };
    assert_eq!(dialect.heard(&answer), real, "{what}: {:?}", answer.report);
}
