//! The live call flows of a deployment.

use crate::connection::{Connection, Explained as _};
use anyhow::Context as _;
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::files;
use std::{fs, path::PathBuf};

/// The live flows: the published ones, or the files of the running `ringbolt dev`.
///
/// # Errors
/// There is no running `ringbolt dev` and no table of flows; a file or the table cannot be read; or this version
/// cannot use a flow.
pub(crate) async fn live_flows(connection: &Connection) -> anyhow::Result<Vec<Flow>> {
    let flows = live_flows_if_known(connection, &[]).await?;
    if flows.is_none() && !connection.is_local() {
        connection.flows()?;
    }
    flows.with_context(|| {
        let folder = connection.local_folder().map(|folder| folder.display().to_string()).unwrap_or_default();
        format!("no `ringbolt dev` is running on {folder}: start it first")
    })
}

/// The flows in the given files, or else the live ones. `None` if they are unknown, because `ringbolt dev` is not
/// running or no table of flows is given.
///
/// # Errors
/// A file or the table cannot be read, or this version cannot use a flow.
pub(crate) async fn live_flows_if_known(
    connection: &Connection,
    given: &[PathBuf],
) -> anyhow::Result<Option<Vec<Flow>>> {
    let texts = if !given.is_empty() {
        read(given)?
    } else if connection.is_local() {
        match connection.local_flow_files() {
            None => return Ok(None),
            Some([]) => vec![("the demo flow".to_owned(), ringbolt_dev::DEMO_FLOW.to_owned())],
            Some(paths) => read(paths)?,
        }
    } else {
        // With only the table of callers, commands can still report on callers.
        let Ok(table) = connection.flows() else { return Ok(None) };
        let failed = "the call flows could not be read";
        let mut texts = Vec::new();
        for (name, version) in table.live().await.explained(connection, failed)? {
            let text = table.text(&name, version).await.explained(connection, failed)?;
            texts.push((format!("the live flow `{name}`"), text));
        }
        texts
    };
    let stage = connection.stage();
    let load = |(what, text): (String, String)| {
        Flow::load_at(&text, stage.as_deref())
            .map_err(|mistakes| anyhow::anyhow!("{mistakes}"))
            .with_context(|| format!("{what} cannot be used; `ringbolt flow check` shows why"))
    };
    texts.into_iter().map(load).collect::<Result<_, _>>().map(Some)
}

fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, String)>> {
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok((file.display().to_string(), text))
    };
    paths.iter().flat_map(|path| files(path)).map(read).collect()
}
