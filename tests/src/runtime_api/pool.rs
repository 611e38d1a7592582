//! Instances of one function, of which each event takes the next free one, as in Lambda.

use super::Instance;
use crate::environment::Environment;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Instances of one function.
pub struct Pool {
    instances: Vec<Instance>,
    free: Mutex<Vec<usize>>,
    turns: Semaphore,
}

impl Pool {
    /// Starts so many.
    pub async fn start(bootstrap: &Path, environment: &Environment, count: usize) -> Self {
        let mut instances = Vec::new();
        for _ in 0..count {
            instances.push(Instance::start(bootstrap, environment).await);
        }
        Self { free: Mutex::new((0..count).collect()), turns: Semaphore::new(count), instances }
    }

    /// Gives an event to a free instance, once there is one. Returns the answer, and how long the function took.
    ///
    /// # Panics
    /// The function does not answer.
    pub async fn invoke(&self, event: &Value) -> (Value, Duration) {
        let _turn = self.turns.acquire().await.unwrap();
        // From the front, so that all of them get work.
        let free = self.free.lock().unwrap().remove(0);
        let began = Instant::now();
        let answer = self.instances[free].invoke(event).await;
        let took = began.elapsed();
        self.free.lock().unwrap().push(free);
        (answer, took)
    }

    /// The instances.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// How many events had each outcome, according to the logs of all instances.
    pub async fn outcomes(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for instance in &self.instances {
            for (outcome, count) in instance.log.logged(instance.answered()).await {
                *all.entry(outcome).or_default() += count;
            }
        }
        all
    }
}
