//! `ringbolt trigger`

mod meaning;
mod outgoing;
pub(crate) mod shown;

use crate::{
    api::Api,
    call::{CallLog, LineFilter},
    connection::{Connection, ConnectionArgs},
    event::{self, Case, DEMO, SampleArgs, Target},
    exit::{Reported, Usage},
    live_flows::live_flows_if_known,
    output::{Output, harmless},
};
use anyhow::Context as _;
use clap::Args;
use meaning::{Expected, meaning};
use outgoing::Outgoing;
use ringbolt_core::{flow::Flow, identity::FlowName, time::EpochMs};
use ringbolt_lambda::app::system_clock;
use ringbolt_simulator::LOCAL_TOKEN;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shown::{Secrets, ShownRequest};
use std::{fs, path::PathBuf, time::Instant};
use zeroize::Zeroizing;

/// Send one webhook to the running `ringbolt dev`, or to a stack, and explain the reply
///
/// The cases are those of `ringbolt event make`; without a case they are listed. The webhook is a real one: it counts as
/// an attempt at a PIN and is recorded as a call. The token is the deployment's own. The exit code is 1 if the webhook
/// was refused or failed.
#[derive(Args)]
#[command(
    after_help = "Example: ringbolt trigger login-wrong-pin\n         ringbolt trigger --event events/next-action/say.json"
)]
pub(crate) struct Trigger {
    /// Case to send
    #[arg(value_enum, hide_possible_values = true)]
    case: Option<Case>,
    /// List the cases
    #[arg(long, conflicts_with_all = ["case", "event"])]
    list: bool,
    /// Send the request of an API Gateway event in a file, in place of a case
    #[arg(long, value_name = "FILE", conflicts_with = "case")]
    event: Option<PathBuf>,
    /// Name of the call flow in the webhook's URL [default: the event's, the only one that runs, or demo]
    #[arg(long)]
    flow: Option<String>,
    #[command(flatten)]
    sample: SampleArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A webhook that was sent, and its answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Triggered {
    /// What was sent.
    request: ShownRequest,
    /// The HTTP status of the answer.
    status: u16,
    /// The `content-type` of the answer; null without one.
    content_type: Option<String>,
    /// The time from the request to the answer, in milliseconds.
    elapsed_ms: u64,
    /// The body of the answer.
    answer: String,
    /// The outcome by the log of `ringbolt dev`, such as `wrong`; null in AWS, where the log is seconds behind.
    outcome: Option<String>,
    /// What the answer means, as a sentence.
    means: String,
}

impl Trigger {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        if self.case.is_none() && self.event.is_none() {
            return event::list(out);
        }
        if self.event.is_some() && self.sample.is_given() {
            return Err(Usage::new("--event sends the event as it is: only --flow can change it"));
        }
        let name = self.flow.as_deref().map(FlowName::parse).transpose();
        let name = name.map_err(|error| Usage::new(format!("--flow: {error}")))?;
        let file = self.event.as_deref().map(|file| (file, fs::read_to_string(file)));
        let file = file
            .map(|(file, text)| {
                text.with_context(|| format!("{} cannot be read", file.display())).map(|text| (file, text))
            })
            .transpose()?;

        let connection = self.connection.clone().or_local().running().await?;
        let (base, token) = (connection.api_url()?, token(&connection).await?);
        // Names make the sample and the reply easier to read. Without them the webhook can be sent all the same.
        let flows = live_flows_if_known(&connection, &[]).await.ok().flatten().unwrap_or_default();
        let now = system_clock()();
        let mut request = match (&file, self.case) {
            (Some((file, text)), _) => {
                Outgoing::of_event(text).with_context(|| format!("{} cannot be sent", file.display()))?
            }
            (None, Some(case)) => Outgoing::of_event(&self.made(case, name.clone(), &flows, now)?.to_string())?,
            (None, None) => return Ok(()),
        };
        if let Some(name) = &name {
            request.name_flow(name);
        }
        // It refuses an address over which the token may not go.
        let api = Api::new(base.clone())?;
        connection.announce(out);
        let flow = flows.iter().find(|flow| flow.name.as_str() == request.flow());
        let secrets = Secrets::of(flow, self.sample.fields());
        let sent = request.to_http(&base, &token)?;
        if !out.json() {
            request.print(out, &base, &secrets);
        }
        let (began, began_at) = (Instant::now(), system_clock()());
        let reply = api.send(sent).await?;
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);

        let outcome = outcome(&connection, &request, began_at).await;
        let expected = if request.is_ours() { Expected::Admitted } else { Expected::Refused };
        let means = meaning(&request, &reply, outcome.as_deref(), (flow, &flows), expected);
        if out.json() {
            out.document(&Triggered {
                request: request.document(&base, &secrets),
                status: reply.status,
                content_type: reply.content_type,
                elapsed_ms,
                answer: reply.body,
                outcome,
                means: means.sentence.clone(),
            })?;
        } else {
            let kind = reply.content_type.as_deref().unwrap_or("no content type");
            out.say(&format!("\n{}  {}  {elapsed_ms} ms", reply.status, harmless(kind)));
            shown::print_reply(out, &reply.body);
            out.say(&format!("\n{}", means.sentence));
        }
        connection.close().await?;
        if means.is_failure { Err(Reported::new(means.sentence.trim_end_matches('.'))) } else { Ok(()) }
    }

    /// The event of a case.
    fn made(&self, case: Case, name: Option<FlowName>, flows: &[Flow], now: EpochMs) -> anyhow::Result<Value> {
        let name = match (name, flows) {
            (Some(name), _) => name,
            (None, [only]) => only.name.clone(),
            (None, _) => FlowName::parse(DEMO)?,
        };
        let flow = flows.iter().find(|flow| flow.name == name);
        // A call of its own, so that neither a retry nor a used-up call answers.
        let call = format!("trigger-{}", now.0);
        let target = Target { name: name.clone(), flow, token: LOCAL_TOKEN, call: &call, now };
        let made = self.sample.event(case, &target);
        if made.is_err() && flow.is_none() && !flows.is_empty() {
            let names: Vec<String> = flows.iter().map(|flow| format!("`{}`", flow.name)).collect();
            return Err(Usage::new(format!("--flow: no flow `{name}` is live there, only {}", names.join(", "))));
        }
        made
    }
}

/// The deployment's current token.
async fn token(connection: &Connection) -> anyhow::Result<Zeroizing<String>> {
    let text = connection.webhook_tokens_place()?.read(connection).await?;
    let mut document: Value = serde_json::from_str(&text).unwrap_or_default();
    match document["current"].take() {
        Value::String(token) => Ok(Zeroizing::new(token)),
        _ => anyhow::bail!("the secret with the webhook token does not have the expected form"),
    }
}

/// The outcome in the log of `ringbolt dev`, which has it before the reply leaves. In AWS the log is seconds behind.
async fn outcome(connection: &Connection, request: &Outgoing, since: EpochMs) -> Option<String> {
    let (true, Some(call)) = (connection.is_local(), request.call_id()) else { return None };
    let log = CallLog::of(connection).ok()?;
    let (mut last, filter) = (None, LineFilter { call: Some(call), ..LineFilter::default() });
    let until = EpochMs(system_clock()().0 + 1);
    log.read(since..until, &filter, |line| last = Some(line.outcome)).await.ok()?;
    last
}
