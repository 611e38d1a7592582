//! `ringbolt flow list`

use super::table::Deployed;
use crate::{
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{local, utc},
};
use clap::Args;
use ringbolt_dynamodb::flows::{Live, Move, VersionInfo};
use serde_json::json;

/// List the published call flows: the live version, since when, and by whom
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow list --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct List {
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let Deployed { connection, table } = &deployed;
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for (name, live) in deployed.live().await? {
            let what = format!("the versions of the flow `{name}` could not be read");
            let info = async |below| -> anyhow::Result<Option<VersionInfo>> {
                Ok(table.history(&name, below, 1).await.explained(connection, &what)?.pop())
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
            documents.push(json!({
                "flow": name.as_str(),
                "live": live.version,
                "pushed_at": pushed_at.and_then(utc),
                "by": &by,
                "note": &note,
                "versions": versions,
                "live_since": moved.and_then(|moved| utc(moved.at)),
                "live_through": moved.map(|moved| &moved.by),
            }));
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
            out.document(&documents)?;
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
