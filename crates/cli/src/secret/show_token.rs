//! `ringbolt secret show-token`

use super::document::{Document, Form as _};
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
    dialects::{DIALECTS, Dialect, Webhook},
    flow::Flow,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{IsTerminal as _, stdout};

/// Print the URLs for the providers' portals, which contain the webhook token
///
/// Anyone with the token can call the webhooks, so it is printed only to a terminal, or anywhere with --yes. The voice URLs
/// for Twilio, SignalWire and Telnyx have no token: these providers sign their requests.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret show-token --stack ringbolt")]
pub(super) struct ShowToken {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The URLs for the providers' portals. They contain the token, so keep them secret; those for TwiML have none.
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
    /// The URL, with the token if the webhook needs it.
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
        let flows = known(&connection, out).await;
        let routes = match &flows {
            Some(flows) => flows.iter().flat_map(of_flow).collect(),
            None => all("FLOW"),
        };
        let mut addresses: Vec<(String, String)> = routes
            .into_iter()
            .map(|(what, path)| {
                let auth: String = form_urlencoded::byte_serialize(document.current.as_bytes()).collect();
                (what, format!("{base}{path}?auth={auth}"))
            })
            .collect();
        if let Some(base) = connection.voice_url()? {
            addresses.extend(of_twiml(&base, flows.as_deref()));
        }
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

/// The live flows. If they are unknown, FLOW stands for a flow's name.
async fn known(connection: &Connection, out: Output) -> Option<Vec<Flow>> {
    match live_flows(connection).await {
        Ok(flows) if !flows.is_empty() => return Some(flows),
        Ok(_) => out.note("No call flow is published yet: replace FLOW with its name."),
        Err(error) => {
            out.note(&format!("The call flows could not be read ({error:#}): replace FLOW with a flow's name."));
        }
    }
    None
}

/// The voice URLs of TwiML, which need no token: the provider signs its requests.
fn of_twiml(base: &str, flows: Option<&[Flow]>) -> Vec<(String, String)> {
    let twiml = DIALECTS.iter().filter(|dialect| dialect.is_signed());
    let of = |dialect: &'static Dialect| {
        let names = match flows {
            Some(flows) => {
                flows.iter().filter(|flow| dialect.is_answered_by(flow)).map(|flow| flow.name.to_string()).collect()
            }
            None => vec!["FLOW".to_owned()],
        };
        // Our documents name the other webhook.
        let webhooks = dialect.webhooks.iter().filter(|webhook| webhook.steers);
        webhooks
            .flat_map(move |webhook| {
                names.clone().into_iter().map(move |flow| {
                    (
                        format!("{flow}: {}, {}", dialect.name, webhook.about),
                        format!("{base}{}", dialect.path_of(webhook, &flow)),
                    )
                })
            })
            .collect::<Vec<_>>()
    };
    twiml.flat_map(of).collect()
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
