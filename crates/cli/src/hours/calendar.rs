//! Which calendar of which live flow a command is about.

use crate::{
    connection::{Connection, Explained as _},
    exit::Usage,
};
use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use ringbolt_core::{flow::Flow, identity::FlowName};
use ringbolt_dynamodb::flows::FlowTable;

/// A calendar of a live flow.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) flow: FlowName,
    pub(super) name: String,
    pub(super) zone: TimeZone,
}

impl Found {
    /// For people: "the hours `support` of the flow `bank`".
    pub(super) fn title(&self) -> String {
        format!("the hours `{}` of the flow `{}`", self.name, self.flow)
    }

    /// For the audit log. It never looks like a caller's, which has a `#`.
    pub(super) fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.name)
    }
}

/// Finds a calendar by its name, in one flow if it is given, else in whichever live flow has it.
///
/// # Errors
/// The table or a flow in it cannot be read, no flow has hours of this name, or several have and none is given.
pub(super) async fn find(
    connection: &Connection,
    table: &FlowTable,
    name: &str,
    of: Option<&FlowName>,
) -> anyhow::Result<Found> {
    let flows = live_flows(connection, table, of).await?;
    let mut found = flows.iter().filter_map(|flow| {
        let calendar = flow.definitions.hours.get(name)?;
        Some(Found { flow: flow.name.clone(), name: name.to_owned(), zone: calendar.zone.clone() })
    });
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(one), Some(other)) => Err(Usage::new(format!(
            "the flows `{}` and `{}` both have hours `{name}`: say with --flow which are meant",
            one.flow, other.flow
        ))),
        (None, _) => {
            let place = of.map_or_else(|| connection.name(), |flow| format!("the flow `{flow}`"));
            let known = flows.iter().flat_map(|flow| flow.definitions.hours.keys().map(move |name| (name, &flow.name)));
            let known: Vec<String> = known.map(|(name, flow)| format!("`{name}` (flow `{flow}`)")).collect();
            if known.is_empty() {
                bail!("{place} has no hours");
            }
            bail!("{place} has no hours `{name}`; it has {}", known.join(", "))
        }
    }
}

async fn live_flows(connection: &Connection, table: &FlowTable, of: Option<&FlowName>) -> anyhow::Result<Vec<Flow>> {
    let unread = "the live flows could not be read";
    let live = table.live().await.explained(connection, unread)?;
    if let Some(name) = of.filter(|name| !live.contains_key(name)) {
        bail!("no flow `{name}` is live in {}; `ringbolt flow list` lists them", connection.name());
    }
    let mut flows = Vec::new();
    for (name, version) in live.iter().filter(|(name, _)| of.is_none_or(|of| of == *name)) {
        let text = table.text(name, *version).await.explained(connection, unread)?;
        let flow =
            Flow::load_at(&text, connection.stage().as_deref()).map_err(|mistakes| anyhow::anyhow!("{mistakes}"));
        flows.push(flow.with_context(|| format!("the live version of the flow `{name}` cannot be used"))?);
    }
    Ok(flows)
}
