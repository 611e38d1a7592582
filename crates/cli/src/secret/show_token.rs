//! `ringbolt secret show-token`

use super::document::Document;
use crate::{
    confirm::Confirm,
    connection::{Connection, ConnectionArgs},
    live_flows::live_flows,
    output::Output,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::flow::Flow;
use serde_json::json;
use std::io::{IsTerminal as _, stdout};

/// Print the addresses for the providers' portals, with the webhook token in them
///
/// Whoever has the token can call the webhooks: it is shown on a terminal, and elsewhere only with --yes.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret show-token --stack ringbolt")]
pub(super) struct ShowToken {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl ShowToken {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        if !stdout().is_terminal() {
            self.confirm.ask("Standard output is no terminal: write the webhook token to it?")?;
        }
        let connection = self.connection.connect().await?;
        let (tokens, base) = (connection.webhook_tokens_place()?.read(&connection).await?, connection.api_url()?);
        let document =
            Document::parse(&tokens).context("the secret of the webhook token is not what Ringbolt expects")?;
        let routes = routes(&connection, out).await;
        let addresses: Vec<(String, String)> = routes
            .into_iter()
            .map(|(what, path)| {
                let auth: String = form_urlencoded::byte_serialize(document.current.as_bytes()).collect();
                (what, format!("{base}{path}?auth={auth}"))
            })
            .collect();
        if out.json() {
            let listed: Vec<_> = addresses.iter().map(|(what, url)| json!({ "for": what, "url": url })).collect();
            out.document(&json!({ "urls": listed, "rotation": document.previous.is_some() }))?;
        }
        let width = addresses.iter().map(|(what, _)| what.len()).max().unwrap_or_default();
        for (what, url) in &addresses {
            out.say(&format!("{what:<width$}  {url}"));
        }
        if document.previous.is_some() {
            out.note("The token is being rotated: this is the new one, and the one before is valid as well.");
        }
        connection.close().await
    }
}

/// What each webhook is for, and its path. Without the flows, a place to put the flow's name into.
async fn routes(connection: &Connection, out: Output) -> Vec<(String, String)> {
    let flows = match live_flows(connection).await {
        Ok(flows) if !flows.is_empty() => flows,
        Ok(_) => {
            out.note("No call flow is published yet: put its name in the place of FLOW.");
            return all("FLOW");
        }
        Err(error) => {
            out.note(&format!("The call flows were not read ({error:#}): put a flow's name in the place of FLOW."));
            return all("FLOW");
        }
    };
    flows.iter().flat_map(of_flow).collect()
}

fn of_flow(flow: &Flow) -> Vec<(String, String)> {
    let routes = all(flow.name.as_str()).into_iter();
    routes
        .filter(|(_, path)| match path.starts_with("/wix-answers/") {
            true => flow.wix_answers.is_some(),
            false => flow.dialogtech.is_some(),
        })
        .collect()
}

fn all(flow: &str) -> Vec<(String, String)> {
    [
        ("Wix Answers, webhook IVR", format!("/wix-answers/{flow}/auth")),
        ("DialogTech, Target URL", format!("/dialogtech/{flow}/next-action")),
        ("DialogTech, Transcription URL", format!("/dialogtech/{flow}/transcription")),
    ]
    .map(|(what, path)| (format!("{flow}: {what}"), path))
    .into()
}
