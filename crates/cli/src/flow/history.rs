//! `ringbolt flow history`

use super::{list::rolled_back, table::Deployed};
use crate::{
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{Utc, local},
};
use clap::Args;
use ringbolt_core::{identity::FlowName, text::counted};
use ringbolt_dynamodb::flows::VersionInfo;
use schemars::JsonSchema;
use serde::Serialize;

/// List the versions of a call flow, newest first
///
/// Versions are never changed or deleted. Each can be shown, compared and made live again. The live version is marked.
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow history --stack ringbolt bank")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct History {
    /// Name of the flow
    #[arg(value_parser = FlowName::parse)]
    name: FlowName,
    /// Maximum number of versions
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The versions of a call flow.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FlowVersions {
    /// The flow's name.
    flow: String,
    /// The newest versions, newest first; as many as `--limit` allows.
    versions: Vec<FlowVersion>,
    /// The number of older versions that are left out.
    older_versions: u64,
}

/// A version of a call flow.
#[derive(Serialize, JsonSchema)]
struct FlowVersion {
    /// Its number, from 1.
    version: u64,
    /// Whether it is live.
    live: bool,
    /// When it was pushed.
    pushed_at: Utc,
    /// Who pushed it; null if unknown.
    by: Option<String>,
    /// The note given with it; null without one.
    note: Option<String>,
    /// The length of its text; null if unknown.
    bytes: Option<u64>,
    /// The SHA-256 digest of its text in hexadecimal digits; null if unknown.
    sha256: Option<String>,
    /// The version that it replaced when it was pushed; null for a first one.
    replaced: Option<u64>,
}

impl History {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let name = &self.name;
        let live = deployed.live(out).await?;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let versions = deployed.table.history(name, None, limit).await;
        let what = format!("the versions of the flow `{name}` could not be read");
        let found = versions.explained(&deployed.connection, &what)?;
        for version in &found.unreadable {
            out.note(&format!("Version {version} cannot be read: Ringbolt did not write it."));
        }
        let versions = found.versions;
        let Some(oldest) = versions.last() else { return Err(deployed.no_such_flow(name, live.keys())) };
        let live = live.get(name);
        let is_live = |info: &VersionInfo| live.is_some_and(|live| live.version == info.version);
        if out.json() {
            let document = |info: &VersionInfo| FlowVersion {
                version: info.version,
                live: is_live(info),
                pushed_at: Utc::of(info.pushed_at),
                by: info.by.clone(),
                note: info.note.clone(),
                bytes: info.bytes,
                sha256: info.sha256.clone(),
                replaced: info.replaced,
            };
            out.document(&FlowVersions {
                flow: name.to_string(),
                versions: versions.iter().map(document).collect(),
                // Versions are numbered from 1 without gaps.
                older_versions: oldest.version.saturating_sub(1),
            })?;
        } else {
            let rows: Vec<_> = versions.iter().map(|info| row(info, is_live(info))).collect();
            out.table(["", "Version", "Pushed", "Who", "Bytes", "Note"], &rows);
            if let Some(rolled_back) = live.and_then(rolled_back) {
                out.say(&format!("The live version was {rolled_back}."));
            }
            // Versions are numbered from 1 without gaps.
            if oldest.version > 1 {
                let all = versions.first().map_or(0, |newest| newest.version);
                let older = counted(oldest.version - 1, "older version");
                out.say(&format!("Not shown: {older}. Use --limit {all} to show all."));
            }
        }
        deployed.connection.close().await
    }
}

fn row(info: &VersionInfo, live: bool) -> [String; 6] {
    [
        if live { "live" } else { "" }.to_owned(),
        info.version.to_string(),
        local(info.pushed_at),
        info.by.clone().unwrap_or_default(),
        info.bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        info.note.as_ref().and_then(|note| note.lines().next()).unwrap_or_default().to_owned(),
    ]
}
