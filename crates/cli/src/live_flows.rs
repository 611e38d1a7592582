//! The call flows that a deployment answers from.

use crate::connection::{Connection, Explained as _};
use anyhow::Context as _;
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::files;
use std::{fs, path::PathBuf};

/// The live flows: published ones, or the files of the `ringbolt dev` that runs.
///
/// # Errors
/// There is no `ringbolt dev` and no table of flows; a file or the table cannot be read, or a flow in it is none for this
/// version.
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

/// The flows of the files given, or else the live ones. `None` where nobody says which there are: a `ringbolt dev` that
/// does not run, or no table of flows.
///
/// # Errors
/// A file or the table cannot be read, or a flow in it is none for this version.
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
        // Somebody who gave the table of callers alone can still be told of them.
        let Ok(table) = connection.flows() else { return Ok(None) };
        let unread = "the call flows were not read";
        let mut texts = Vec::new();
        for (name, version) in table.live().await.explained(connection, unread)? {
            let text = table.text(&name, version).await.explained(connection, unread)?;
            texts.push((format!("the live flow `{name}`"), text));
        }
        texts
    };
    let load = |(what, text): (String, String)| {
        Flow::load(&text)
            .map_err(|mistakes| anyhow::anyhow!("{mistakes}"))
            .with_context(|| format!("{what} cannot be used; `ringbolt flow check` says more"))
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
