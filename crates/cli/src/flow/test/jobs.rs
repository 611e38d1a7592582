//! Playing many calls at once: each thread takes the next one.

use super::{
    playing::{explored, played},
    results::{CallResult, Results, WorldResult},
    suite::Suite,
};
use anyhow::Context as _;
use ringbolt_simulator::{
    Provider,
    explore::{Limits, World, worlds, worlds_on},
    script::ScriptedCall,
};
use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Instant,
};

/// A webhook is a deep future, deeper than a thread's usual stack without optimisation.
const STACK_BYTES: usize = 16 << 20;

/// Something to play, with the index of its flow.
enum Job {
    Call(usize, Box<ScriptedCall>),
    World(usize, Box<World>),
}

/// Which of the scripted calls are played, and by whom.
#[derive(Clone, Copy, Default)]
pub(super) struct Chosen<'c> {
    /// Only those with this text in their names.
    pub(super) filter: Option<&'c str>,
    /// Only those that this provider can play; without one, each by its own.
    pub(super) provider: Option<Provider>,
}

enum Done {
    Call(CallResult),
    World(WorldResult),
}

/// Plays every call, and explores if there are limits for it. `each` is told of every call, in order.
///
/// # Errors
/// A playground could not be started.
pub(super) fn run(
    suite: &Suite,
    chosen: Chosen<'_>,
    limits: Option<Limits>,
    at_once: usize,
    each: impl Fn(&CallResult),
) -> anyhow::Result<Results> {
    let jobs = jobs(suite, chosen, limits.is_some());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results = Results::default();
    thread::scope(|scope| {
        for _ in 0..at_once.min(jobs.len()) {
            let (sender, jobs, next) = (sender.clone(), &jobs, &next);
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            let spawned = thread.spawn_scoped(scope, move || work(suite, jobs, next, limits, &sender));
            spawned.context("no thread could be started")?;
        }
        drop(sender);
        // Results arrive in any order.
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (index, done) in receiver {
            let done = done.inspect_err(|_| next.store(jobs.len(), Ordering::Relaxed))?;
            early.insert(index, done);
            while let Some(done) = early.remove(&due) {
                due += 1;
                match done {
                    Done::Call(call) => {
                        each(&call);
                        results.calls.push(call);
                    }
                    Done::World(world) => results.worlds.push(world),
                }
            }
        }
        Ok(results)
    })
}

fn jobs(suite: &Suite, chosen: Chosen<'_>, explore: bool) -> Vec<Job> {
    let Chosen { filter, provider } = chosen;
    let mut jobs = Vec::new();
    for (flow, tested) in suite.flows.iter().enumerate().filter(|(_, tested)| !tested.unproven) {
        let calls = tested.script.iter().flat_map(|script| &script.calls);
        let wanted = calls.filter(|call| filter.is_none_or(|part| call.name.contains(part)));
        let played = wanted.filter_map(|call| match provider {
            None => Some(call.clone()),
            Some(provider) => call.providers(&tested.flow).contains(&provider).then(|| call.on(provider)),
        });
        jobs.extend(played.map(|call| Job::Call(flow, Box::new(call))));
    }
    for (flow, tested) in suite.flows.iter().enumerate().filter(|_| explore) {
        let callers = tested.script.as_ref().map_or(&[][..], |script| script.callers.as_slice());
        let worlds = match provider {
            None => worlds(&tested.flow, callers),
            Some(provider) if provider.plays(&tested.flow) => worlds_on(&[provider], &tested.flow, callers),
            Some(_) => Vec::new(),
        };
        jobs.extend(worlds.into_iter().map(|world| Job::World(flow, Box::new(world))));
    }
    jobs
}

type Sent = (usize, anyhow::Result<Done>);

/// Takes jobs until there are no more, or one could not be done.
fn work(suite: &Suite, jobs: &[Job], next: &AtomicUsize, limits: Option<Limits>, sender: &mpsc::Sender<Sent>) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(job) = jobs.get(index) else { return };
        // The receiver only goes away when another job has failed.
        if sender.send((index, done(suite, job, limits))).is_err() {
            return;
        }
    }
}

fn done(suite: &Suite, job: &Job, limits: Option<Limits>) -> anyhow::Result<Done> {
    // With a runtime for each job, its database ends with it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("no runtime could be started")?;
    let began = Instant::now();
    match job {
        Job::Call(flow, call) => {
            let played = runtime.block_on(played(&suite.flows[*flow].flow, call));
            let played = played.with_context(|| format!("the call \"{}\" could not be played", call.name))?;
            Ok(Done::Call(CallResult {
                flow: *flow,
                name: call.name.clone(),
                line: call.at.line,
                played,
                took: began.elapsed(),
            }))
        }
        Job::World(flow, world) => {
            let limits = limits.unwrap_or(Limits { depth: 0, calls: 0 });
            let explored = runtime.block_on(explored(&suite.flows[*flow].flow, world, limits))?;
            Ok(Done::World(WorldResult { flow: *flow, explored }))
        }
    }
}
