//! Call flows that were published in a table: loaded at the start, looked at again from time to time.

use crate::{
    app::Clock,
    flows::{ByName, FlowVersion, LiveFlow, conflicts},
};
use futures_util::future::join_all;
use ringbolt_core::{
    flow::{Flow, Mistakes},
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
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often the table is looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How soon the table is looked at again if it did not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Why a published flow cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it could not be read: {0}")]
    Store(#[from] StoreError),
    /// It was published by another version of Ringbolt, or not by Ringbolt at all.
    #[error("{0}")]
    Mistakes(#[from] Mistakes),
    #[error("its text is a flow of another name")]
    OtherName,
    /// Two live flows of one realm disagree, so that guesses could alternate between them and never meet a lock.
    #[error("{0}")]
    Conflict(RealmConflict),
    #[error("loading it ended early")]
    Task,
}

/// The table, and what was last seen in it.
pub(crate) struct Published {
    table: FlowTable,
    clock: Clock,
    stage: Option<Arc<str>>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The time of the last look.
    looked_at: EpochMs,
    /// How many looks were begun, and which of them was the last to be applied. A look that was frozen with the function
    /// can end after a later one.
    looks: u64,
    applied: u64,
    /// Whether every version could be read at that look, so that only a change is a reason to load any.
    is_complete: bool,
    live: LiveState,
    usable: Usable,
}

/// The flows that can be used, with their versions: the live ones, or the ones before if those cannot be used.
type Usable = BTreeMap<FlowName, (u64, Arc<Flow>)>;

impl Published {
    /// The published flows of a table that has not been looked at.
    pub(crate) fn new(table: FlowTable, clock: Clock, stage: Option<Arc<str>>) -> Self {
        Self { table, clock, stage, seen: Mutex::default() }
    }

    /// Whether it is time to look again; if so, nobody else is told so.
    pub(crate) fn is_due(&self) -> bool {
        let now = (self.clock)();
        let mut seen = self.seen();
        let due = now >= seen.looked_at.plus(LOOK_EVERY);
        if due {
            seen.looked_at = now;
        }
        due
    }

    /// Looks at the table, and hands the flows to `apply` if any of them or any closure has changed since the last look. A
    /// flow that cannot be used keeps the version before, or has none; the others are not affected. If the table did not
    /// answer, for all flows or for one, it is looked at again soon.
    ///
    /// # Errors
    /// The table did not answer.
    pub(crate) async fn look(&self, apply: impl FnOnce(ByName)) -> Result<(), StoreError> {
        let look = {
            let mut seen = self.seen();
            seen.looked_at = (self.clock)();
            seen.looks += 1;
            seen.looks
        };
        let looked = self.table.live_state().await;
        let live_now = looked.inspect_err(|_| self.seen().looked_at = self.soon())?;
        let before = {
            let seen = self.seen();
            if seen.is_complete && live_now == seen.live {
                return Ok(());
            }
            seen.usable.clone()
        };
        let (usable, is_complete) = self.usable(&live_now, &before).await;
        for flow in &live_now.unreadable_closures {
            tracing::error!(%flow, "a closed line of this call flow cannot be read, so its own hours hold");
        }
        let soon = self.soon();
        let mut seen = self.seen();
        if seen.applied > look {
            return Ok(());
        }
        if !is_complete {
            seen.looked_at = soon;
        }
        let live = |name: &FlowName| {
            let (version, flow) = usable.get(name)?;
            Some(LiveFlow {
                flow: Arc::clone(flow),
                version: FlowVersion::Published(*version),
                closures: Arc::new(live_now.closures.get(name).cloned().unwrap_or_default()),
            })
        };
        let names = live_now.versions.keys().chain(&live_now.unreadable);
        apply(names.map(|name| (name.clone(), live(name))).collect());
        *seen =
            Seen { looked_at: seen.looked_at, looks: seen.looks, applied: look, is_complete, live: live_now, usable };
        Ok(())
    }

    /// Loads the versions that are not among those of before; says whether all of them could be read.
    async fn usable(&self, LiveState { versions, unreadable, .. }: &LiveState, before: &Usable) -> (Usable, bool) {
        let loaded = versions.iter().map(|(name, version)| async move {
            match before.get(name) {
                Some(same) if same.0 == *version => Ok(same.clone()),
                _ => self.version(name, *version).await.map(|flow| (*version, flow)),
            }
        });
        let loaded = join_all(loaded).await;
        let (mut usable, mut is_complete) = (Usable::new(), true);
        for ((name, version), loaded) in versions.iter().zip(loaded) {
            match loaded {
                Ok(flow) => drop(usable.insert(name.clone(), flow)),
                Err(unusable) => {
                    is_complete &= !matches!(unusable, Unusable::Store(_) | Unusable::Task);
                    replace(&mut usable, name, *version, before, &unusable);
                }
            }
        }
        for name in unreadable {
            let unusable = Unusable::Store(StoreError::Unreadable { attribute: "flows" });
            replace(&mut usable, name, 0, before, &unusable);
        }
        // Each round takes flows back or out, so it ends.
        while let Some(conflict) = conflicts(usable.values().map(|(_, flow)| &**flow)).into_iter().next() {
            let (first, second) = (conflict.first.clone(), conflict.second.clone());
            let unusable = Unusable::Conflict(conflict);
            let is_new = |name: &FlowName| {
                let version = usable.get(name).map(|(version, _)| *version);
                before.get(name).map(|(before, _)| *before) != version
            };
            let both = [first, second];
            let new: Vec<FlowName> = both.iter().filter(|name| is_new(name)).cloned().collect();
            // Two that were there before did not disagree, unless one was taken back for another reason.
            for name in if new.is_empty() { both.to_vec() } else { new } {
                let version = usable.remove(&name).map_or(0, |(version, _)| version);
                let before = before.get(&name).filter(|(before, _)| *before != version);
                let before = before.map(|before| (name.clone(), before.clone())).into_iter().collect();
                replace(&mut usable, &name, version, &before, &unusable);
            }
        }
        (usable, is_complete)
    }

    async fn version(&self, name: &FlowName, version: u64) -> Result<Arc<Flow>, Unusable> {
        let text = self.table.text(name, version).await?;
        let stage = self.stage.clone();
        // Tens of milliseconds for a large flow.
        let loaded = tokio::task::spawn_blocking(move || Flow::load_at(&text, stage.as_deref()));
        let flow = loaded.await.map_err(|_| Unusable::Task)??;
        if flow.name == *name { Ok(Arc::new(flow)) } else { Err(Unusable::OtherName) }
    }

    /// The time of a last look that makes the next one due after [`LOOK_AGAIN`].
    fn soon(&self) -> EpochMs {
        (self.clock)().plus(LOOK_AGAIN).minus(LOOK_EVERY)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the version of before, if there is one, for a version that cannot be used.
fn replace(usable: &mut Usable, name: &FlowName, version: u64, before: &Usable, unusable: &Unusable) {
    let before = before.get(name);
    tracing::error!(
        flow = %name, version, reason = %unusable, answers = before.map(|(version, _)| *version),
        "a published call flow cannot be used"
    );
    usable.extend(before.map(|before| (name.clone(), before.clone())));
}
