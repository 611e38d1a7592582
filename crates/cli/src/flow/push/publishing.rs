//! Publishes flows: records and stores each of them, and makes all of them live in one write.

use crate::{
    audit,
    connection::{Connection, Explained as _},
    flow::{
        findings::Examined,
        moving::{Candidate, Comparison, Ended, Failed},
        table::Deployed,
    },
};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::flows::{LiveInDetail, Published, Push};
use std::collections::BTreeMap;

/// Why nothing was published if other changes came first each time.
pub(super) const BUSY: &str = "other changes came first each time";

/// A file that can be published.
pub(super) struct Ready {
    /// Its path, as it is shown.
    pub(super) shown: String,
    pub(super) file: Examined,
    pub(super) name: FlowName,
    pub(super) push: Push,
}

/// A flow that is being published.
struct Publishing {
    ready: Ready,
    /// What was live when it was compared.
    from: Option<u64>,
    /// The version that has its text, once there is one.
    version: Option<u64>,
    /// The beginning of its change in the audit log; `None` if its text was live already.
    begun: Option<audit::Begun>,
}

/// What a push has done.
pub(super) struct Done {
    /// The flows, in the order of the files; or why nothing was published.
    pub(super) published: Result<Vec<(Ready, Published)>, NothingMoved>,
    /// The first end of a change that could not be recorded.
    pub(super) unrecorded: Option<anyhow::Error>,
}

/// Versions are stored, but none was made live.
pub(super) struct NothingMoved {
    /// The files that disagree with a change that was made meanwhile; none if other changes always came first.
    pub(super) refused: Vec<Examined>,
    /// What is stored, as sentences.
    pub(super) stored: Vec<String>,
}

/// Publishes the flows with one write and records each change in the audit log, apart from flows whose text is live already.
pub(super) async fn publish(
    deployed: &Deployed,
    comparison: &mut Comparison<'_>,
    live: LiveInDetail,
    ready: Vec<Ready>,
    (at, by): (EpochMs, &str),
) -> anyhow::Result<Done> {
    let Deployed { connection, table } = deployed;
    let mut flows = Vec::new();
    for ready in ready {
        let what = || format!("{} was not published", ready.shown);
        let unchanged = table.live_as(&live, &ready.name, ready.push.text()).await.explained(connection, &what())?;
        flows.push(Publishing { from: live.version(&ready.name), version: unchanged, begun: None, ready });
    }
    for index in 0..flows.len() {
        let Publishing { ready, version: None, begun, .. } = &mut flows[index] else { continue };
        match audit::begin(connection, "flow push", ready.name.to_string()).await {
            Ok(recorded) => *begun = Some(recorded),
            Err(error) => {
                let why = error.context(ready.shown.clone());
                return Err(abandon(flows, connection, "another change could not be recorded", why).await);
            }
        }
    }
    for index in 0..flows.len() {
        let Publishing { ready, from, version: version @ None, .. } = &mut flows[index] else { continue };
        match table.store_version(&ready.name, &ready.push, *from).await {
            Ok(stored) => *version = Some(stored),
            Err(error) => {
                let (kind, what) = (error.kind(), format!("{} was not published", ready.shown));
                return Err(abandon(flows, connection, kind, connection.explain(error).context(what)).await);
            }
        }
    }
    let candidates: Vec<Candidate<'_>> = flows.iter().filter_map(candidate).collect();
    match comparison.make_live(&candidates, live, at, by).await {
        Ok(ended) => Ok(record(connection, flows, ended).await),
        Err(Failed { kind, why }) => Err(abandon(flows, connection, kind, why.context("nothing was published")).await),
    }
}

/// The version that is to be live, once it is stored.
fn candidate(flow: &Publishing) -> Option<Candidate<'_>> {
    let Publishing { ready: Ready { file, name, .. }, from, version, .. } = flow;
    Some(Candidate { file, name, from: *from, version: (*version)? })
}

/// Records that none of the changes was made. Returns the reason.
async fn abandon(flows: Vec<Publishing>, connection: &Connection, kind: &str, mut why: anyhow::Error) -> anyhow::Error {
    for Publishing { version, begun, .. } in flows {
        let Some(begun) = begun else { continue };
        let detail = version.map_or_else(|| kind.to_owned(), |version| not_live(kind, version));
        why = begun.failed_with(connection, &detail, why).await;
    }
    why
}

/// Records how each change ended. If that fails for one, it is tried for the others.
async fn record(connection: &Connection, flows: Vec<Publishing>, ended: Ended) -> Done {
    let (mut published, mut stored, mut unrecorded) = (Vec::new(), Vec::new(), None);
    for Publishing { ready, from, version, begun } in flows {
        let Some(version) = version else { continue };
        let name = &ready.name;
        let none = BTreeMap::new();
        let (overtaken, refused) = match &ended {
            Ended::Live { overtaken } => (overtaken, None),
            Ended::Disagree { overtaken, .. } => (overtaken, Some("the flows of its realm would disagree")),
            Ended::Busy => (&none, Some(BUSY)),
        };
        let outcome = match (overtaken.get(name), &begun) {
            (Some(live), _) => Published::Overtaken { version, live: *live },
            (None, None) => Published::Unchanged { version },
            (None, Some(_)) => Published::Live { version, replaced: from },
        };
        let (end, sentence) = match (outcome, refused) {
            (Published::Overtaken { .. }, _) => {
                (Err(not_live("another change came first", version)), Some(sentence(name, outcome)))
            }
            (Published::Live { .. }, Some(why)) => {
                let sentence = format!("the flow `{name}` is stored as version {version} but is not live");
                (Err(not_live(why, version)), Some(sentence))
            }
            _ => (Ok(format!("version {version} is live")), None),
        };
        stored.extend(sentence.map(|sentence| format!("{}: {sentence}.", ready.shown)));
        let recorded = match (begun, end) {
            (None, _) => Ok(()),
            (Some(begun), Ok(detail)) => begun.done(connection, &detail).await,
            (Some(begun), Err(detail)) => begun.failed(connection, &detail).await,
        };
        if let Err(error) = recorded {
            unrecorded = unrecorded.or(Some(error));
        }
        published.push((ready, outcome));
    }
    let published = match ended {
        Ended::Live { .. } => Ok(published),
        Ended::Disagree { files, .. } => Err(NothingMoved { refused: files, stored }),
        Ended::Busy => {
            stored.push("Other changes came first each time: push again.".to_owned());
            Err(NothingMoved { refused: Vec::new(), stored })
        }
    };
    Done { published, unrecorded }
}

/// What the audit log says about a version that is stored only.
fn not_live(why: &str, version: u64) -> String {
    format!("{why}: stored as version {version}, not live")
}

/// What happened to a flow.
pub(super) fn sentence(name: &FlowName, published: Published) -> String {
    match published {
        Published::Live { version, replaced: None } => format!("the flow `{name}` is live as version {version}"),
        Published::Live { version, replaced: Some(replaced) } => {
            format!("the flow `{name}` is live as version {version} and replaces version {replaced}")
        }
        Published::Unchanged { version } => {
            format!("version {version} of the flow `{name}` is already live with the same text; nothing was published")
        }
        Published::Overtaken { version, live } => {
            let live = live.map_or_else(|| "another version".to_owned(), |live| format!("version {live}"));
            format!(
                "someone else made {live} of the flow `{name}` live at the same time. Yours is stored as version \
                 {version} but is not live. Check `ringbolt flow diff {name} {version}`, then push again"
            )
        }
    }
}
