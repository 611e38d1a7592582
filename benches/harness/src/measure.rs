//! One start of a program, and requests to it.

use crate::{
    figures::{mean, percentile},
    options::Options,
    proxy::Counts,
    share::{Meter, Share},
    subject::{Kind, Setup},
    world::World,
};
use anyhow::{Context as _, Result, bail, ensure};
use ringbolt_tests::{
    environment::Environment,
    process::{most_resident_kib, resident_kib},
    runtime_api::{Handled, Instance},
};
use std::{
    process::Command,
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, task::spawn_blocking};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The program.
    pub kind: Kind,
    /// Where it has its secrets and flows.
    pub setup: Setup,
    /// Its memory size, which is its share of a processor.
    pub memory_mb: u32,
    /// Requests after the first one.
    pub requests: usize,
}

/// What one start showed.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// From the start of the process until it asks for its first event.
    pub init_ms: f64,
    /// The first request.
    pub first_ms: f64,
    /// Each further one, until its answer.
    pub warm_ms: Vec<f64>,
    /// The same until the next event is asked for, which is what Lambda bills.
    pub busy_ms: Vec<f64>,
    /// Processor time until it asks for its first event.
    pub init_cpu_ms: f64,
    /// Processor time of the first request.
    pub first_cpu_ms: f64,
    /// Processor time of each further one, which is seconds for 1,000.
    pub warm_cpu_ms: f64,
    /// Physical memory before the first event.
    pub start_kib: u64,
    /// Physical memory at the end.
    pub end_kib: u64,
    /// The most physical memory.
    pub most_kib: u64,
    /// Between the start and the first event: DynamoDB.
    pub init: Counts,
    /// Between the start and the first event: Secrets Manager.
    pub secrets: Counts,
    /// The first request.
    pub first: Counts,
    /// All further ones.
    pub warm: Counts,
}

impl Sample {
    /// What a caller waits for if there is no instance yet.
    #[must_use]
    pub fn cold_ms(&self) -> f64 {
        self.init_ms + self.first_ms
    }

    /// A percentile of the further requests.
    #[must_use]
    pub fn warm(&self, share: f64) -> f64 {
        percentile(&self.warm_ms, share)
    }

    /// The mean of what Lambda bills for a further request: each duration is rounded up to a millisecond.
    #[must_use]
    pub fn billed_ms(&self) -> f64 {
        mean(&self.busy_ms.iter().map(|took| took.ceil()).collect::<Vec<_>>())
    }

    /// A count of the further requests, for each of them.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn per_request(&self, count: u64) -> f64 {
        count as f64 / self.warm_ms.len().max(1) as f64
    }

    /// TLS connections to DynamoDB, from the start to the end.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.init.handshakes + self.first.handshakes + self.warm.handshakes
    }
}

/// Starts a program, and sends it requests one after another. The share of a processor begins with the first request, as in
/// Lambda.
///
/// # Errors
/// It ends, or answers something else than it should.
pub async fn measure(case: Case, share: Option<&Share>, world: &World, options: &Options) -> Result<Sample> {
    let (command, environment) =
        (case.kind.command(options)?, case.kind.environment(world, case.setup, case.memory_mb)?);
    let events = case.kind.events(case.requests + 1, world, options).await?;
    drop((world.proxy.take_counts(), world.secrets.take_counts()));

    let (instance, meter, began) = launch(command, environment).await?;
    instance.until_idle().await;
    let (init_ms, pid) = (millis(began.elapsed()), instance.pid());
    if let Some(share) = share {
        share.hold(pid)?;
    }
    let (init, secrets) = (world.proxy.take_counts(), world.secrets.take_counts());
    let (init_cpu, start_kib) = (meter.read()?, resident_kib(pid));

    let mut events = events.into_iter();
    let first_ms = ask(&instance, case, events.next().context("no event")?).await?;
    instance.until_idle().await;
    let (first, first_cpu) = (world.proxy.take_counts(), meter.read()?);

    let (mut warm_ms, mut busy_ms) = (Vec::with_capacity(case.requests), Vec::with_capacity(case.requests));
    for event in events {
        let began = Instant::now();
        warm_ms.push(ask(&instance, case, event).await?);
        // An instance that does something after its answer gets no event until it asks for one.
        instance.until_idle().await;
        busy_ms.push(millis(began.elapsed()));
    }
    let warm_cpu = millis(meter.read()? - first_cpu);
    let sample = Sample {
        init_ms,
        first_ms,
        init_cpu_ms: millis(init_cpu),
        first_cpu_ms: millis(first_cpu - init_cpu),
        warm_cpu_ms: warm_cpu / f64::from(u32::try_from(case.requests.max(1))?),
        warm_ms,
        busy_ms,
        start_kib,
        end_kib: resident_kib(pid),
        most_kib: most_resident_kib(pid),
        init,
        secrets,
        first,
        warm: world.proxy.take_counts(),
    };
    // Before the meter, whose group can only be removed when it is empty.
    drop(instance);
    Ok(sample)
}

/// Starts a program. Its processor time includes the moment in which this thread started it.
async fn launch(command: Command, environment: Environment) -> Result<(Instance, Meter, Instant)> {
    // One thread from beginning to end, because the thread is what is put into the group.
    let runtime = Handle::current();
    let launched = spawn_blocking(move || {
        let meter = Meter::of_this_thread();
        let began = Instant::now();
        let instance = runtime.block_on(Instance::launch(command, &environment));
        let meter = match meter {
            Some(meter) => {
                Meter::leave()?;
                meter
            }
            None => Meter::Process(instance.pid()),
        };
        anyhow::Ok((instance, meter, began))
    });
    launched.await?
}

/// Gives an instance an event, and returns how many milliseconds it took.
///
/// # Errors
/// It answers something else than it should.
pub(crate) async fn ask(instance: &Instance, case: Case, event: String) -> Result<f64> {
    let began = Instant::now();
    let handled = instance.handle(event).await;
    let took = millis(began.elapsed());
    let Handled::Answered(answer) = handled else {
        bail!("{}: {handled:?} {:?}", case.kind.name(), instance.log.problems())
    };
    ensure!(case.kind.is_right(&answer), "{}: {answer} {:?}", case.kind.name(), instance.log.problems());
    Ok(took)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
