//! Mixed traffic for as long as `RINGBOLT_LOAD_MINUTES` says: nothing fails, nothing grows, nothing is lost.

use crate::{
    stage::{Stage, alone},
    traffic::{Done, Functions, PIN, SCRIPTS, Worker, callers},
};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{app::Function, figures, process};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Streams of calls at once: more than there are instances of any function.
const WORKERS: usize = 6;

/// The most that a process may have grown, from after the first third to the end. Where its memory settles depends on the
/// allocator; a leak of a few KiB a request would be far above it.
const MOST_GROWTH: f64 = 1.5;

/// The most that the slowest of a hundred logins may take, in terms of the median one. The machine may be busy.
const MOST_TAIL: f64 = 25.0;

/// What a process takes.
#[derive(Clone, Copy)]
struct Taken {
    kib: u64,
    files: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mixed_traffic_meets_no_error_and_nothing_grows() {
    let _alone = alone().await;
    let minutes: f64 = std::env::var("RINGBOLT_LOAD_MINUTES").map_or(1.0, |minutes| minutes.parse().unwrap());
    let stage = Stage::new(PinHash::default()).await;
    let functions = Arc::new(Functions {
        auth: stage.pool(Function::Auth, 2).await,
        next_action: stage.pool(Function::NextAction, 2).await,
        voice: stage.pool(Function::Voice, 1).await,
        transcription: stage.pool(Function::Transcription, 1).await,
    });
    for worker in 0..WORKERS {
        for user in callers(worker) {
            stage.enrol(&user, PIN, "Ada").await;
        }
    }
    let mut all = Done::default();
    all.add(lock_callers(&functions).await);
    functions.until_idle().await;
    let left = left_by_each_script(&stage, &functions, &mut all).await;
    let before = stage.items().await;

    let began = Instant::now();
    let first = run(&functions, "first", Duration::from_secs_f64(minutes * 20.0)).await;
    let settled = taken(&functions);
    let rest = run(&functions, "rest", Duration::from_secs_f64(minutes * 40.0)).await;
    let ended = taken(&functions);
    let took = began.elapsed();

    let mut logins = rest.logins.clone();
    let played: Vec<usize> = first.played.iter().zip(&rest.played).map(|(first, rest)| first + rest).collect();
    all.add(first);
    all.add(rest);
    functions.until_idle().await;
    assert_nothing_failed(&functions, &all).await;
    assert_counted(&stage, before, &left, &played).await;

    logins.sort();
    let at = |part: f64| logins[((logins.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    let (median, tail) = (at(0.5), at(0.99));
    let growth = settled.iter().zip(&ended).map(|(settled, ended)| ended.kib as f64 / settled.kib as f64);
    let growth = growth.fold(0.0, f64::max);
    let requests = all.requests;
    println!(
        "{requests} requests in {:.1} minutes, {} logins in the last two thirds",
        took.as_secs_f64() / 60.0,
        logins.len()
    );
    println!(
        "a login took {median:.1} ms at the median, {tail:.1} ms at the 99th percentile: {:.1} times",
        tail / median
    );
    for ((name, pool), (settled, ended)) in by_instance(&functions).zip(settled.iter().zip(&ended)) {
        println!(
            "{name} ({pool}): {} KiB, then {} KiB; {} files, then {}",
            settled.kib, ended.kib, settled.files, ended.files
        );
        assert!(ended.files <= settled.files + 8, "{name}: files stay open");
    }
    assert!(growth <= MOST_GROWTH, "a process grew {growth:.2} times");
    assert!(tail / median <= MOST_TAIL, "the tail is {:.1} times the median", tail / median);
    figures::note("load", "minutes of mixed traffic", format!("{:.1}", took.as_secs_f64() / 60.0));
    figures::note("load", "requests", requests);
    figures::note("load", "errors", 0);
    figures::note("load", "memory at the end / after a third, most", format!("{growth:.2}"));
    figures::note("load", "logins: 99th percentile / median", format!("{:.1}", tail / median));
}

/// Locks the caller of each worker who is to be locked.
async fn lock_callers(functions: &Functions) -> Done {
    let mut worker = Worker { functions, number: 0, phase: "lock", done: Done::default() };
    for number in 0..WORKERS {
        worker.number = number;
        worker.lock().await;
    }
    worker.done
}

/// Plays each script once, and returns how many items it leaves in the tables: every later time must leave as many.
async fn left_by_each_script(stage: &Stage, functions: &Functions, all: &mut Done) -> Vec<[usize; 2]> {
    let mut worker = Worker { functions, number: 0, phase: "once", done: Done::default() };
    let mut left = Vec::new();
    for script in 0..SCRIPTS {
        let before = stage.items().await;
        worker.play(script, script).await;
        functions.until_idle().await;
        let after = stage.items().await;
        left.push([after[0] - before[0], after[1] - before[1]]);
    }
    all.add(worker.done);
    left
}

async fn run(functions: &Arc<Functions>, phase: &'static str, time: Duration) -> Done {
    let until = Instant::now() + time;
    let mut working = JoinSet::new();
    for number in 0..WORKERS {
        let functions = Arc::clone(functions);
        working.spawn(async move {
            let mut worker = Worker { functions: &functions, number, phase, done: Done::default() };
            worker.play_until(until).await;
            worker.done
        });
    }
    let mut all = Done::default();
    for done in working.join_all().await {
        all.add(done);
    }
    all
}

fn by_instance(functions: &Functions) -> impl Iterator<Item = (&'static str, u32)> {
    functions.all().into_iter().flat_map(|(name, pool)| pool.instances().iter().map(move |one| (name, one.pid())))
}

fn taken(functions: &Functions) -> Vec<Taken> {
    by_instance(functions)
        .map(|(_, pid)| Taken { kib: process::resident_kib(pid), files: process::open_files(pid) })
        .collect()
}

async fn assert_nothing_failed(functions: &Functions, all: &Done) {
    let mut logged = BTreeMap::new();
    for (name, pool) in functions.all() {
        for instance in pool.instances() {
            assert_eq!(instance.log.problems(), Vec::<String>::new(), "{name}");
        }
        for (outcome, count) in pool.outcomes().await {
            *logged.entry(outcome).or_insert(0) += count;
        }
    }
    let expected: BTreeMap<String, u64> =
        all.outcomes.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect();
    assert_eq!(logged, expected);
}

async fn assert_counted(stage: &Stage, before: [usize; 2], left: &[[usize; 2]], played: &[usize]) {
    let mut expected = before;
    for (left, times) in left.iter().zip(played) {
        expected = [expected[0] + left[0] * times, expected[1] + left[1] * times];
    }
    assert_eq!(stage.items().await, expected, "items of calls and counters; {left:?} x {played:?}");
    for worker in 0..WORKERS {
        let [right, errs, locked] = callers(worker);
        assert_eq!(stage.counted(&right).await, 0);
        assert_eq!(stage.counted(&errs).await, 0);
        assert_eq!(stage.counted(&locked).await, 3);
    }
}

impl Done {
    fn add(&mut self, other: Self) {
        self.logins.extend(other.logins);
        self.requests += other.requests;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        for (played, more) in self.played.iter_mut().zip(other.played) {
            *played += more;
        }
    }
}
