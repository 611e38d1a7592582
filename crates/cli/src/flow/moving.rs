//! Makes versions live, all in one write, if the flows of every realm agree.

use super::{
    findings::{Examined, refuse_disagreement},
    table::Deployed,
};
use crate::output::Output;
use ringbolt_core::{flow::Flow, identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::flows::{LiveInDetail, LiveVersions, Moved};
use std::collections::{BTreeMap, BTreeSet};

/// How often a move is tried. Each time it is not made, another command has made its own change.
const TRIES: u32 = 20;

/// The live flows that versions are compared with. Each text is read once, because versions never change.
pub(super) struct Comparison<'a> {
    deployed: &'a Deployed,
    stage: Option<&'a str>,
    out: Output,
    /// The flow of each version, or `None` if this version of Ringbolt cannot use it.
    loaded: BTreeMap<(FlowName, u64), Option<Flow>>,
    unreadable: BTreeSet<FlowName>,
}

/// A version that is to be live.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'c> {
    /// Its flow and text.
    pub(super) file: &'c Examined,
    pub(super) name: &'c FlowName,
    /// The version of the flow that was live when it was compared.
    pub(super) from: Option<u64>,
    /// Its number: the same as `from` if it is live already, and only has to stay so.
    pub(super) version: u64,
}

/// How a move ended.
pub(super) enum Ended {
    /// The candidates are live, apart from those that somebody else overtook, with what is live instead.
    Live { overtaken: BTreeMap<FlowName, Option<u64>> },
    /// Nothing was moved, because the flows of a realm would disagree. Others may have been overtaken, too.
    Disagree { files: Vec<Examined>, overtaken: BTreeMap<FlowName, Option<u64>> },
    /// Nothing was moved, because other changes always came first.
    Busy,
}

/// Why a move was not made.
pub(super) struct Failed {
    /// A word for the audit log.
    pub(super) kind: &'static str,
    pub(super) why: anyhow::Error,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(deployed: &'a Deployed, stage: Option<&'a str>, out: Output) -> Self {
        Self { deployed, stage, out, loaded: BTreeMap::new(), unreadable: BTreeSet::new() }
    }

    /// The live flows that stay when those of these names are replaced. Leaves out flows that cannot be read or used, with a
    /// note the first time.
    async fn others(&mut self, live: &LiveInDetail, replaced: &[FlowName]) -> anyhow::Result<Vec<Flow>> {
        for name in &live.unreadable {
            if self.unreadable.insert(name.clone()) {
                self.deployed.note_unreadable(name, self.out);
            }
        }
        let mut flows = Vec::new();
        for (name, live) in live.flows.iter().filter(|(name, _)| !replaced.contains(name)) {
            let key = (name.clone(), live.version);
            if let Some(loaded) = self.loaded.get(&key) {
                flows.extend(loaded.clone());
                continue;
            }
            let loaded = Flow::load_at(&self.deployed.text(name, live.version).await?, self.stage).ok();
            if loaded.is_none() {
                self.out.note(&format!(
                    "The live flow `{name}` cannot be used by this version of Ringbolt, so nothing was compared with it."
                ));
            }
            flows.extend(loaded.clone());
            self.loaded.insert(key, loaded);
        }
        Ok(flows)
    }

    /// Refuses the files whose flow disagrees about its realm with a live flow that stays.
    pub(super) async fn refuse(&mut self, files: &mut [Examined], live: &LiveInDetail) -> anyhow::Result<()> {
        let replaced: Vec<FlowName> = files.iter().filter_map(|file| Some(file.flow.as_ref()?.name.clone())).collect();
        let others = self.others(live, &replaced).await?;
        refuse_disagreement(files, &others);
        Ok(())
    }

    /// Makes the candidates live in one write. They have been compared with what is `live`; if that has changed, they are
    /// compared again, so that the flows of a realm agree at every moment.
    pub(super) async fn make_live(
        &mut self,
        candidates: &[Candidate<'_>],
        mut live: LiveInDetail,
        at: EpochMs,
        by: &str,
    ) -> Result<Ended, Failed> {
        let mut overtaken = BTreeMap::new();
        for _ in 0..TRIES {
            let to: LiveVersions = left(candidates, &overtaken)
                .filter(|candidate| live.version(candidate.name) != Some(candidate.version))
                .map(|candidate| (candidate.name.clone(), candidate.version))
                .collect();
            if to.is_empty() {
                return Ok(Ended::Live { overtaken });
            }
            let moved = self.deployed.table.move_live(&live, &to, at, by).await;
            match moved.map_err(|error| Failed { kind: error.kind(), why: self.deployed.connection.explain(error) })? {
                Moved::Done => return Ok(Ended::Live { overtaken }),
                Moved::Overtaken { live: now } => live = now,
            }
            for Candidate { name, from, version, .. } in candidates {
                let now = live.version(name);
                // If it is the candidate's, the first try was made, and only its answer was lost.
                if now != Some(*version) && now != *from {
                    overtaken.insert((*name).clone(), now);
                }
            }
            // The warnings about them have been printed.
            let mut files: Vec<Examined> = left(candidates, &overtaken)
                .map(|candidate| Examined { findings: Vec::new(), ..candidate.file.clone() })
                .collect();
            let compared = self.refuse(&mut files, &live).await;
            compared.map_err(|why| Failed { kind: "the live flows could not be compared", why })?;
            files.retain(Examined::has_errors);
            if !files.is_empty() {
                return Ok(Ended::Disagree { files, overtaken });
            }
        }
        Ok(Ended::Busy)
    }
}

/// The candidates that nobody has overtaken.
fn left<'c>(
    candidates: &'c [Candidate<'c>],
    overtaken: &BTreeMap<FlowName, Option<u64>>,
) -> impl Iterator<Item = &'c Candidate<'c>> {
    candidates.iter().filter(|candidate| !overtaken.contains_key(candidate.name))
}
