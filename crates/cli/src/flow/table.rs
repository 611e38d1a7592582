//! Reading the table of published flows.

use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::bail;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::{FlowTable, Live, LiveInDetail};
use std::collections::BTreeMap;

/// A deployment and its table of flows.
pub(super) struct Deployed {
    pub(super) connection: Connection,
    pub(super) table: FlowTable,
}

impl Deployed {
    pub(super) async fn find(args: &ConnectionArgs) -> anyhow::Result<Self> {
        let connection = args.connect().await?;
        let table = connection.flows()?;
        Ok(Self { connection, table })
    }

    /// The live version of every flow. One that cannot be read is left out, with a note.
    pub(super) async fn live(&self, out: Output) -> anyhow::Result<BTreeMap<FlowName, Live>> {
        let LiveInDetail { flows, unreadable, .. } = self.live_in_detail().await?;
        for name in unreadable {
            self.note_unreadable(&name, out);
        }
        Ok(flows)
    }

    /// Says that the live version of a flow cannot be read.
    pub(super) fn note_unreadable(&self, name: &FlowName, out: Output) {
        out.note(&format!("The live version of the flow `{name}` cannot be read: Ringbolt did not write it."));
    }

    pub(super) async fn live_in_detail(&self) -> anyhow::Result<LiveInDetail> {
        self.table.live_in_detail().await.explained(&self.connection, "the live versions could not be read")
    }

    /// The live version of a flow.
    pub(super) async fn live_of(&self, name: &FlowName) -> anyhow::Result<Live> {
        self.live_among(&self.live_in_detail().await?, name)
    }

    /// The live version of a flow among all live versions.
    pub(super) fn live_among(&self, live: &LiveInDetail, name: &FlowName) -> anyhow::Result<Live> {
        if live.unreadable.contains(name) {
            bail!("the live version of the flow `{name}` cannot be read: Ringbolt did not write it");
        }
        live.flows.get(name).cloned().ok_or_else(|| self.no_such_flow(name, live.flows.keys()))
    }

    /// The text of a version. The error for an unknown version names the newest one.
    pub(super) async fn text(&self, name: &FlowName, version: u64) -> anyhow::Result<String> {
        let what = format!("version {version} of the flow `{name}` could not be read");
        let found = self.table.version(name, version).await.explained(&self.connection, &what)?;
        if let Some(found) = found {
            return Ok(found.text);
        }
        let newest = self.table.history(name, None, 1).await.explained(&self.connection, &what)?;
        let newest = newest.versions.first().map(|newest| newest.version).or(newest.unreadable.first().copied());
        match newest {
            Some(newest) => bail!("the flow `{name}` has no version {version}; its newest is {newest}"),
            None => Err(self.no_such_flow(name, self.live_in_detail().await?.flows.keys())),
        }
    }

    pub(super) fn no_such_flow<'a>(&self, name: &FlowName, known: impl Iterator<Item = &'a FlowName>) -> anyhow::Error {
        let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
        let place = self.connection.name();
        if known.is_empty() {
            anyhow::anyhow!("no flow has been published in {place}: publish one with `ringbolt flow push`")
        } else {
            anyhow::anyhow!("there is no flow `{name}` in {place}; the published flows are {}", known.join(", "))
        }
    }
}
