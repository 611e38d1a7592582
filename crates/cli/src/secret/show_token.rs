//! `ringbolt secret show-token`

use super::document::Document;
use crate::{
    api::webhooks,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs},
    live_flows::live_flows,
    output::Output,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::{
    dialects::{Dialect, Webhook},
    flow::Flow,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{IsTerminal as _, stdout};

/// Print the URLs for the providers' portals, which contain the webhook token
///
/// Anyone with the token can call the webhooks, so it is printed only to a terminal, or anywhere with --yes.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret show-token --stack ringbolt")]
pub(super) struct ShowToken {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The URLs for the providers' portals. They contain the token, so keep them secret.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PortalUrls {
    /// A URL for each webhook of each live flow.
    urls: Vec<PortalUrl>,
    /// Whether the token is being rotated: these URLs have the new one, and the old one is still valid.
    rotation: bool,
}

/// A URL for a portal.
#[derive(Serialize, JsonSchema)]
struct PortalUrl {
    /// The flow, the provider and the webhook.
    r#for: String,
    /// The URL with the token.
    url: String,
}

impl ShowToken {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        if !stdout().is_terminal() {
            self.confirm.ask(out, "Standard output is not a terminal. Write the webhook token to it?")?;
        }
        let connection = self.connection.connect().await?;
        let (tokens, base) = (connection.webhook_tokens_place()?.read(&connection).await?, connection.api_url()?);
        let document =
            Document::parse(&tokens).context("the secret with the webhook token does not have the expected form")?;
        let routes = routes(&connection, out).await;
        let addresses: Vec<(String, String)> = routes
            .into_iter()
            .map(|(what, path)| {
                let auth: String = form_urlencoded::byte_serialize(document.current.as_bytes()).collect();
                (what, format!("{base}{path}?auth={auth}"))
            })
            .collect();
        if out.json() {
            let urls = addresses.iter().cloned().map(|(r#for, url)| PortalUrl { r#for, url }).collect();
            out.document(&PortalUrls { urls, rotation: document.previous.is_some() })?;
        }
        let width = addresses.iter().map(|(what, _)| what.len()).max().unwrap_or_default();
        for (what, url) in &addresses {
            out.say(&format!("{what:<width$}  {url}"));
        }
        if document.previous.is_some() {
            out.note("The token is being rotated: this is the new one, and the old one is still valid.");
        }
        connection.close().await
    }
}

/// The description and path of each webhook. If the flows are unknown, FLOW stands for the flow's name.
async fn routes(connection: &Connection, out: Output) -> Vec<(String, String)> {
    let flows = match live_flows(connection).await {
        Ok(flows) if !flows.is_empty() => flows,
        Ok(_) => {
            out.note("No call flow is published yet: replace FLOW with its name.");
            return all("FLOW");
        }
        Err(error) => {
            out.note(&format!("The call flows could not be read ({error:#}): replace FLOW with a flow's name."));
            return all("FLOW");
        }
    };
    flows.iter().flat_map(of_flow).collect()
}

fn of_flow(flow: &Flow) -> Vec<(String, String)> {
    routes_of(flow.name.as_str(), |dialect| dialect.is_answered_by(flow))
}

fn all(flow: &str) -> Vec<(String, String)> {
    routes_of(flow, |_| true)
}

fn routes_of(flow: &str, wanted: impl Fn(&Dialect) -> bool) -> Vec<(String, String)> {
    let wanted = webhooks().filter(|(dialect, _)| wanted(dialect));
    let route = |(dialect, webhook): (&Dialect, &Webhook)| {
        (format!("{flow}: {}, {}", dialect.name, webhook.about), dialect.path_of(webhook, flow))
    };
    wanted.map(route).collect()
}
