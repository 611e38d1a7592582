//! Call flows that were published in a table: loaded at the start, looked at again from time to time.

use crate::{
    app::Clock,
    flows::{FlowVersion, LiveFlow, conflicts},
};
use ringbolt_core::{
    flow::{Flow, Mistakes, hours::Closures},
    identity::FlowName,
    realm::RealmConflict,
    time::EpochMs,
};
use ringbolt_dynamodb::{
    StoreError,
    flows::{FlowTable, LiveState},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often the table is looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Why the published flows cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A flow was published by another version of Ringbolt, or not by Ringbolt at all.
    #[error("the flow `{name}`, version {version}, cannot be used:\n{mistakes}")]
    Mistakes {
        /// Which flow.
        name: FlowName,
        /// Which of its versions.
        version: u64,
        /// What is wrong.
        mistakes: Mistakes,
    },
    /// Two live flows of one realm disagree, so that guesses could alternate between them and never meet a lock.
    #[error(transparent)]
    Conflict(#[from] RealmConflict),
    /// A version's text is another flow.
    #[error("version {version} of the flow `{name}` is a flow of another name")]
    OtherName {
        /// Under which name it is published.
        name: FlowName,
        /// Which of its versions.
        version: u64,
    },
}

/// The table, and what was last seen in it.
pub struct Published {
    table: FlowTable,
    clock: Clock,
    stage: Option<String>,
    seen: Mutex<Seen>,
}

struct Seen {
    looked_at: EpochMs,
    flows: BTreeMap<FlowName, (u64, Arc<Flow>)>,
    closures: BTreeMap<FlowName, Closures>,
}

impl Published {
    /// Loads the live version of every flow.
    ///
    /// # Errors
    /// [`PublishedError`]: the table did not answer, or has a flow that cannot be used.
    pub async fn load(
        table: FlowTable,
        clock: Clock,
        stage: Option<&str>,
    ) -> Result<(Self, Vec<LiveFlow>), PublishedError> {
        let seen = Mutex::new(Seen { looked_at: clock(), flows: BTreeMap::new(), closures: BTreeMap::new() });
        let published = Self { table, clock, stage: stage.map(str::to_owned), seen };
        let flows = published.changed().await?.unwrap_or_default();
        Ok((published, flows))
    }

    /// Whether it is time to look again; if so, nobody else is told so.
    #[must_use]
    pub fn is_due(&self) -> bool {
        let now = (self.clock)();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let due = now >= seen.looked_at.plus(LOOK_EVERY);
        if due {
            seen.looked_at = now;
        }
        due
    }

    /// All live flows, if any of them or any closure has changed since the last look.
    ///
    /// # Errors
    /// [`PublishedError`]: the table did not answer, or has a flow that cannot be used.
    pub async fn changed(&self) -> Result<Option<Vec<LiveFlow>>, PublishedError> {
        let LiveState { versions, closures } = self.table.live_state().await?;
        let before = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let known = seen.flows.iter().map(|(name, (version, _))| (name, version));
            if versions.iter().eq(known) && closures == seen.closures {
                return Ok(None);
            }
            seen.flows.clone()
        };
        let mut flows = BTreeMap::new();
        for (name, version) in versions {
            let flow = match before.get(&name) {
                Some((same, flow)) if *same == version => Arc::clone(flow),
                _ => self.version(&name, version).await?,
            };
            flows.insert(name, (version, flow));
        }
        if let Some(conflict) = conflicts(flows.values().map(|(_, flow)| &**flow)).into_iter().next() {
            return Err(PublishedError::Conflict(conflict));
        }
        let live = |(name, (version, flow)): (&FlowName, &(u64, Arc<Flow>))| LiveFlow {
            flow: Arc::clone(flow),
            version: FlowVersion::Published(*version),
            closures: Arc::new(closures.get(name).cloned().unwrap_or_default()),
        };
        let changed = flows.iter().map(live).collect();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.flows, seen.closures) = (flows, closures);
        Ok(Some(changed))
    }

    async fn version(&self, name: &FlowName, version: u64) -> Result<Arc<Flow>, PublishedError> {
        let text = self.table.text(name, version).await?;
        let flow = Flow::load_at(&text, self.stage.as_deref()).map_err(|mistakes| PublishedError::Mistakes {
            name: name.clone(),
            version,
            mistakes,
        })?;
        if flow.name != *name {
            return Err(PublishedError::OtherName { name: name.clone(), version });
        }
        Ok(Arc::new(flow))
    }
}
