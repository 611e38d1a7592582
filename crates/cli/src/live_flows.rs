//! The call flows that a deployment answers from.

use crate::connection::{Connection, Explained as _};
use anyhow::Context as _;
use ringbolt_core::flow::Flow;
use ringbolt_lambda::{
    app::system_clock,
    flows::Flows,
    published::{Published, PublishedError},
};
use std::sync::Arc;

/// The live flows: published ones, or the files of the `ringbolt dev` that runs.
///
/// # Errors
/// The table or a file cannot be read, or a flow in it is none for this version.
pub(crate) async fn live_flows(connection: &Connection) -> anyhow::Result<Vec<Arc<Flow>>> {
    if connection.is_local() {
        let files = connection.local_flow_files().with_context(|| {
            let folder = connection.local_folder().map(|folder| folder.display().to_string()).unwrap_or_default();
            format!("no `ringbolt dev` is running on {folder}: start it first")
        })?;
        if files.is_empty() {
            let demo = Flow::load(ringbolt_dev::DEMO_FLOW).context("the demo flow does not load")?;
            return Ok(vec![Arc::new(demo)]);
        }
        return Ok(Flows::load(files).map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?.all());
    }
    match Published::load(connection.flows()?, system_clock()).await {
        Ok((_, flows)) => Ok(flows.into_iter().map(|live| live.flow).collect()),
        Err(PublishedError::Store(error)) => Err(error).explained(connection, "the call flows were not read"),
        Err(other) => Err(other.into()),
    }
}
