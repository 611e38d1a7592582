//! The table of published flows, as the commands read it.

use crate::connection::{Connection, ConnectionArgs, Explained as _};
use anyhow::bail;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::{FlowTable, Live};
use std::collections::BTreeMap;

/// A deployment and its flows.
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

    /// What is live, of every flow.
    pub(super) async fn live(&self) -> anyhow::Result<BTreeMap<FlowName, Live>> {
        self.table.live_in_detail().await.explained(&self.connection, "the live versions could not be read")
    }

    /// What is live of a flow.
    pub(super) async fn live_of(&self, name: &FlowName) -> anyhow::Result<Live> {
        let mut live = self.live().await?;
        let Some(found) = live.remove(name) else { return Err(self.no_such_flow(name, live.keys())) };
        Ok(found)
    }

    /// A version's text, whose number somebody gave.
    pub(super) async fn text(&self, name: &FlowName, version: u64) -> anyhow::Result<String> {
        let what = format!("version {version} of the flow `{name}` could not be read");
        let found = self.table.version(name, version).await.explained(&self.connection, &what)?;
        if let Some(found) = found {
            return Ok(found.text);
        }
        let newest = self.table.history(name, None, 1).await.explained(&self.connection, &what)?;
        match newest.first() {
            Some(newest) => bail!("the flow `{name}` has no version {version}; its newest is {}", newest.version),
            None => Err(self.no_such_flow(name, self.live().await?.keys())),
        }
    }

    pub(super) fn no_such_flow<'a>(&self, name: &FlowName, known: impl Iterator<Item = &'a FlowName>) -> anyhow::Error {
        let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
        let place = self.connection.name();
        if known.is_empty() {
            anyhow::anyhow!("no flow has been published in {place}: `ringbolt flow push` does it")
        } else {
            anyhow::anyhow!("there is no flow `{name}` in {place}; there is {}", known.join(", "))
        }
    }
}
