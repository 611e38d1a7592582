//! Logins and look-ups: every trouble, once and always, at every call site, in every dialect, for a wrong PIN, a right PIN,
//! and the right PIN of a suspended caller.

use crate::faults::{
    bench::{Bench, IN_TIME, Run},
    dialect::{Dialect, Heard},
    expected::{ALWAYS, Effect, Guess, Outcome, effect, outcome, sites, waits_for_a_limit},
    table::{self, Table},
};
use ringbolt_core::caller::Status;
use ringbolt_tests::{Site, Trouble, figures};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

#[derive(Clone, Copy, Debug)]
struct Cell {
    dialect: Dialect,
    site: Site,
    trouble: Trouble,
    times: usize,
}

fn cells(sites: fn(Dialect) -> &'static [Site]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for dialect in Dialect::ALL {
        for &site in sites(dialect) {
            for trouble in Trouble::ALL {
                cells.extend([1, ALWAYS].map(|times| Cell { dialect, site, trouble, times }));
            }
        }
    }
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_at_each_site_of_a_login_lets_nobody_in_counts_at_most_once_and_is_answered_in_time() {
    run_all(
        cells(sites),
        "A wrong PIN: what is heard, and the caller's failed attempts afterwards",
        |bench, cell, table| async move {
            // The suspended caller's right PIN waits as long as any other, and shows no more.
            let guesses = if waits_for_a_limit(cell.trouble) { &Guess::ALL[..2] } else { &Guess::ALL };
            for &guess in guesses {
                // A right PIN is no failure.
                if cell.site == Site::AccountCounter && guess == Guess::Right {
                    continue;
                }
                let came = login(&bench, cell, guess).await;
                if guess == Guess::Wrong {
                    table.add(cell.trouble, cell.times == ALWAYS, cell.site, table::cell(came));
                }
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_at_the_look_up_of_a_verified_caller_says_nothing_to_anybody_else_and_is_answered_in_time() {
    let sites: fn(Dialect) -> &'static [Site] =
        |dialect| if dialect == Dialect::Auth { &[] } else { &[Site::LookUp, Site::Record, Site::SessionLink] };
    run_all(cells(sites), "A verified caller's balance: what is heard", |bench, cell, table| async move {
        let heard = look_up(&bench, cell, false).await;
        table.add(cell.trouble, cell.times == ALWAYS, cell.site, heard.to_string());
        look_up(&bench, cell, true).await;
    })
    .await;
}

/// Runs all cells, prints the table and notes how many there were.
async fn run_all<F: Future<Output = ()> + Send + 'static>(
    cells: Vec<Cell>,
    title: &str,
    run: impl Fn(Arc<Bench>, Cell, Arc<Table>) -> F,
) {
    let (bench, table) = (Arc::new(Bench::new().await), Arc::new(Table::default()));
    let mut running = JoinSet::new();
    for cell in cells {
        let (bench, work) = (Arc::clone(&bench), run(Arc::clone(&bench), cell, Arc::clone(&table)));
        running.spawn(async move {
            let _turn = bench.turn(cell.trouble).await;
            work.await;
        });
    }
    let mut wrong = 0;
    while let Some(ended) = running.join_next().await {
        wrong += usize::from(ended.is_err());
    }
    let count = table.print(title);
    figures::note("faults", "trouble x site x dialect, at a login or look-up", count);
    assert_eq!(wrong, 0, "cells above are wrong");
}

async fn login(bench: &Bench, cell: Cell, guess: Guess) -> Outcome {
    let Cell { dialect, site, trouble, times } = cell;
    let status = if guess == Guess::Suspended { Status::Suspended } else { Status::Active };
    let mut run = bench.run(trouble, status).await;
    if matches!(site, Site::LiveFlows | Site::FlowVersion) {
        bench.published(&mut run).await;
    }
    let began = Instant::now();
    let before = || {
        // The functions look for new flows every 30 seconds.
        run.app.clock.pass(Duration::from_secs(30));
        run.network.set(site, trouble, times);
    };
    let answer = dialect.login(&run.app, run.call(), guess.pin(), before).await;
    assert!(began.elapsed() < IN_TIME, "{cell:?}, {guess:?}: {:?}", began.elapsed());
    let heard = dialect.heard(&answer);
    // Where a time limit ends a wait, a busy machine may need it all.
    let is_late = waits_for_a_limit(trouble) && heard == Heard::Fallback;
    // A record is written after the answer, at the latest.
    assert!(is_late || run.network.happened(1).await, "{cell:?}, {guess:?}: there was no such request");
    run.network.clear();
    let came = Outcome { heard, counted: bench.counted(&run).await, tries: bench.tries(&run).await };
    let expected = outcome(dialect, site, effect(trouble, times), guess);
    let is_allowed = came == expected
        || is_late
            && came.counted <= u32::from(guess == Guess::Wrong)
            && came.tries <= u32::from(dialect != Dialect::Auth);
    assert!(is_allowed, "{cell:?}, {guess:?}: {came:?} instead of {expected:?}: {:?}", answer.report);
    assert!(bench.ani_tries_at_most_one(&run, dialect).await, "{cell:?}, {guess:?}");
    if guess == Guess::Right {
        // Nothing is left of the trouble.
        assert_let_in(dialect, &run).await;
    }
    came
}

async fn assert_let_in(dialect: Dialect, run: &Run) {
    // And for their new version again.
    run.app.clock.pass(Duration::from_secs(30));
    let id = format!("{}again", run.id);
    let again = crate::faults::dialect::Call { id: &id, ..run.call() };
    let answer = dialect.login(&run.app, again, "4711", || {}).await;
    assert_eq!(dialect.heard(&answer), Heard::LetIn, "{:?}", answer.report);
}

async fn look_up(bench: &Bench, cell: Cell, is_suspended: bool) -> Heard {
    let Cell { dialect, site, trouble, times } = cell;
    let run = bench.run(trouble, Status::Active).await;
    let before = async || {
        if is_suspended {
            bench.suspend(&run).await;
        }
        run.network.set(site, trouble, times);
    };
    let began = Instant::now();
    let answer = dialect.balance(&run.app, run.call(), "4711", before).await;
    assert!(began.elapsed() < IN_TIME, "{cell:?}: {:?}", began.elapsed());
    assert!(run.network.happened(1).await, "{cell:?}: there was no such request");
    let heard = dialect.heard(&answer);
    let fails = site == Site::LookUp && effect(trouble, times) != Effect::Replied;
    let expected = if is_suspended || fails { Heard::Fallback } else { Heard::LetIn };
    let is_allowed = heard == expected || waits_for_a_limit(trouble) && heard == Heard::Fallback;
    assert!(is_allowed, "{cell:?}, suspended: {is_suspended}: {heard}: {:?}", answer.report);
    heard
}
