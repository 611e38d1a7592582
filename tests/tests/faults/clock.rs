//! Clocks that jump: no lock becomes shorter than it is, no state of a call outlives its time, and nobody is locked out for
//! good.

use crate::faults::{
    bench::{Bench, Run},
    dialect::{Call, Dialect, Heard},
};
use ringbolt_core::caller::Status;
use ringbolt_tests::{Trouble, app::NOON, figures};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A login in a call of its own, by a clock that says this.
async fn at(dialect: Dialect, run: &Run, call: &str, pin: &str, since_noon: i64) -> Heard {
    run.app.clock.set(ringbolt_core::time::EpochMs(NOON.0 + since_noon));
    let id = format!("{}{call}", run.id);
    let answer = dialect.login(&run.app, Call { id: &id, ..run.call() }, pin, || {}).await;
    dialect.heard(&answer)
}

#[tokio::test]
async fn a_clock_that_jumps_neither_opens_a_lock_nor_keeps_it() {
    let bench = Bench::new().await;
    let mut count = 0;
    for dialect in Dialect::ALL {
        // The clock is right, or one of the three wrong guesses has one that is behind or ahead.
        for (jump, lock_begins) in [(0, 2), (-10 * MINUTE, 1), (-300 * 24 * HOUR, 1), (10 * MINUTE, 10 * MINUTE + 2)] {
            let run = bench.run(Trouble::Slow, Status::Active).await;
            for (number, jump) in [(0, 0), (1, 0), (2, jump)] {
                let pin = format!("999{number}");
                let heard = at(dialect, &run, &format!("c{number}"), &pin, number + jump).await;
                assert_ne!(heard, Heard::LetIn, "{dialect}, {jump}");
            }
            assert_eq!(bench.counted(&run).await, 3, "{dialect}, {jump}");
            let until = lock_begins + 30 * MINUTE;
            for (call, now) in [("behind", -HOUR), ("at once", lock_begins), ("nearly", until - 1)] {
                let heard = at(dialect, &run, call, "4711", now).await;
                assert_eq!(heard, Heard::TurnedAway, "{dialect}, {jump}, {call}");
            }
            assert_eq!(bench.counted(&run).await, 3, "{dialect}, {jump}: refused attempts count nothing");
            assert_eq!(at(dialect, &run, "later", "4711", until).await, Heard::LetIn, "{dialect}, {jump}");
            count += 1;
        }
    }
    figures::note("faults", "clock steps x dialect, at a lock", count);
}

#[tokio::test]
async fn a_clock_that_jumps_between_login_and_look_up_lets_nobody_else_in() {
    let bench = Bench::new().await;
    let mut count = 0;
    for dialect in [Dialect::NextAction, Dialect::Voice] {
        // Whoever has a state from the future knew the PIN a moment ago: it may hold or not.
        for (jump, let_in) in [(-HOUR, None), (-1, None), (0, Some(true)), (400 * 24 * HOUR, Some(false))] {
            let run = bench.run(Trouble::Slow, Status::Active).await;
            let before = async || run.app.clock.set(ringbolt_core::time::EpochMs(NOON.0 + jump));
            let answer = dialect.balance(&run.app, run.call(), "4711", before).await;
            let came = dialect.heard(&answer);
            assert!(let_in.is_none_or(|let_in| let_in == (came == Heard::LetIn)), "{dialect}, {jump}: {came}");
            count += 1;
        }
    }
    figures::note("faults", "clock steps x dialect, at a look-up", count);
}
