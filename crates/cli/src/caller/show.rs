//! `ringbolt caller show`

use crate::{
    connection::{ConnectionArgs, Explained as _},
    live_flows::live_flows_if_known,
    output::{Output, Tone, harmless},
    pin::CallerArgs,
    when,
};
use clap::Args;
use ringbolt_core::{
    caller::{CallerItem, Status},
    flow::Flow,
    identity::CallerId,
    lockout::{Lockout, Standing},
    pin::PinTag,
    time::EpochMs,
};
use ringbolt_lambda::app::system_clock;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Show how a caller stands: lock, failed attempts, number of PINs, attributes
///
/// When a lock ends depends on the `lockout` of the call flow: of the live flows of the realm, unless files are given. No
/// PIN can be shown: none is kept.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller show --stack ringbolt --realm bank 90786")]
pub(crate) struct Show {
    #[command(flatten)]
    caller: CallerArgs,
    /// The call flow whose lockout counts, in place of the live ones (may be given several times)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Show {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let store = connection.callers()?;
        let item = store.caller(&caller).await.explained(&connection, "the caller could not be read")?;
        let Some(item) = item else { return Err(self.caller.unknown("look at --realm and --digits-only")) };
        let flows = live_flows_if_known(&connection, &self.flow).await?;
        let now = system_clock()();
        if out.json() {
            out.document(&document(&caller, &item, flows.as_deref(), now))?;
        } else {
            print(out, &caller, &item, flows.as_deref(), now);
        }
        connection.close().await
    }
}

/// The standing under each lockout: by the name of its flow; without one, under the default.
fn standings(
    caller: &CallerId,
    item: &CallerItem,
    flows: Option<&[Flow]>,
    now: EpochMs,
) -> Vec<(Option<String>, Standing)> {
    let standing = |lockout: &Lockout| lockout.standing(item.attempts, item.last_at, now);
    let of_the_realm = flows.unwrap_or_default().iter().filter(|flow| flow.realm == caller.realm);
    let standings: Vec<_> = of_the_realm.map(|flow| (Some(flow.name.to_string()), standing(&flow.lockout))).collect();
    if standings.is_empty() { vec![(None, standing(&Lockout::default()))] } else { standings }
}

/// A caller as JSON. It has no tag: from one, somebody with the key could find the PIN.
pub(super) fn document(caller: &CallerId, item: &CallerItem, flows: Option<&[Flow]>, now: EpochMs) -> Value {
    let standings = standings(caller, item, flows, now).into_iter().map(|(flow, standing)| {
        let (word, until) = match standing {
            Standing::Open => ("open", None),
            Standing::Locked { until } => ("locked", when::utc(until)),
            Standing::Exhausted => ("locked", None),
        };
        json!({ "flow": flow, "standing": word, "until": until })
    });
    json!({
        "realm": caller.realm.as_str(),
        "user": caller.user.as_str(),
        "status": item.status.as_str(),
        "pins": PinTag::count_pins(item.pins.iter().map(String::as_str)),
        "failed_attempts": item.attempts,
        "last_attempt_at": (item.last_at.0 > 0).then(|| when::utc(item.last_at)).flatten(),
        "lockout": standings.collect::<Vec<_>>(),
        "attributes": item.attributes,
    })
}

fn print(out: Output, caller: &CallerId, item: &CallerItem, flows: Option<&[Flow]>, now: EpochMs) {
    let line = |name: &str, value: &str| out.say(&format!("{name:<17}{value}"));
    line("Caller", &format!("{} of the realm {}", harmless(caller.user.as_str()), caller.realm));
    line(
        "Status",
        &match item.status {
            Status::Active => out.paint(Tone::Good, "active"),
            Status::Suspended => out.paint(Tone::Bad, "suspended, until `ringbolt caller resume`"),
        },
    );
    line("PINs", &PinTag::count_pins(item.pins.iter().map(String::as_str)).to_string());
    line("Failed attempts", &format!("{} since the last right PIN", item.attempts));
    let last = if item.last_at.0 > 0 { when::local(item.last_at) } else { "none since the PIN was set".to_owned() };
    line("Last attempt", &last);
    for (flow, standing) in standings(caller, item, flows, now) {
        let by = flow.map_or_else(
            || " (by the default lockout: no live flow of this realm is known)".to_owned(),
            |flow| format!(" (flow `{flow}`)"),
        );
        let text = match standing {
            Standing::Open => out.paint(Tone::Good, "no"),
            Standing::Locked { until } => out.paint(Tone::Bad, &format!("until {}", when::local(until))),
            Standing::Exhausted => out.paint(Tone::Bad, "until `ringbolt caller unlock`"),
        };
        line("Locked", &format!("{text}{by}"));
    }
    for (index, (name, value)) in item.attributes.iter().enumerate() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line(if index == 0 { "Attributes" } else { "" }, &format!("{} = {}", harmless(name), harmless(&text)));
    }
}
