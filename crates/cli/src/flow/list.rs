//! `ringbolt flow list`

use super::table::Deployed;
use crate::{
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{Utc, local},
};
use clap::Args;
use ringbolt_dynamodb::flows::{Live, Move, VersionInfo};
use schemars::JsonSchema;
use serde::Serialize;

/// List the published call flows: the live version, since when, and by whom
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow list --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct List {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The published call flows.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PublishedFlows {
    /// The flows, by name.
    flows: Vec<PublishedFlow>,
}

/// A published call flow.
#[derive(Serialize, JsonSchema)]
struct PublishedFlow {
    /// The flow's name.
    flow: String,
    /// The number of the live version.
    live: u64,
    /// When the live version was pushed; null if unknown.
    pushed_at: Option<Utc>,
    /// Who pushed the live version; null if unknown.
    by: Option<String>,
    /// The note given with the live version; null without one.
    note: Option<String>,
    /// How many versions there are; null if unknown.
    versions: Option<u64>,
    /// When the live version was made live, by a push or a rollback; null if unknown.
    made_live_at: Option<Utc>,
    /// Who made it live; null if unknown.
    made_live_by: Option<String>,
}

impl List {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let Deployed { connection, table } = &deployed;
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for (name, live) in deployed.live(out).await? {
            let what = format!("the versions of the flow `{name}` could not be read");
            let info = async |below| -> anyhow::Result<Option<VersionInfo>> {
                Ok(table.history(&name, below, 1).await.explained(connection, &what)?.versions.pop())
            };
            // After a rollback, the newest version is not the live one.
            let newest = info(None).await?;
            let info = match &newest {
                Some(newest) if newest.version != live.version => info(Some(live.version + 1)).await?,
                _ => newest.clone(),
            };
            let versions = newest.map(|newest| newest.version);
            let pushed_at = info.as_ref().map(|info| info.pushed_at);
            let (by, note) = info.map(|info| (info.by, info.note)).unwrap_or_default();
            let moved = live.moved.as_ref();
            documents.push(PublishedFlow {
                flow: name.to_string(),
                live: live.version,
                pushed_at: pushed_at.map(Utc::of),
                by: by.clone(),
                note: note.clone(),
                versions,
                made_live_at: moved.map(|moved| Utc::of(moved.at)),
                made_live_by: moved.map(|moved| moved.by.clone()),
            });
            rows.push([
                name.to_string(),
                live.version.to_string(),
                pushed_at.map(local).unwrap_or_default(),
                by.unwrap_or_default(),
                versions.map_or_else(String::new, |versions| versions.to_string()),
                rolled_back(&live).or(note).unwrap_or_default(),
            ]);
        }
        if out.json() {
            out.document(&PublishedFlows { flows: documents })?;
        } else if rows.is_empty() {
            out.say("No flow has been published yet: publish one with `ringbolt flow push`.");
        } else {
            out.table(["Flow", "Live", "Pushed", "Who", "Versions", "Note"], &rows);
        }
        deployed.connection.close().await
    }
}

/// A note about a version that is live because of a rollback.
pub(super) fn rolled_back(live: &Live) -> Option<String> {
    let Move { from, at, by } = live.moved.as_ref()?;
    let from = from.filter(|from| *from > live.version)?;
    Some(format!("rolled back from version {from} by {by}, {}", local(*at)))
}
