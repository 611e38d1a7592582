//! `ringbolt caller show`

use crate::{
    connection::{ConnectionArgs, Explained as _},
    live_flows::live_flows_if_known,
    output::{Output, Tone, harmless},
    pin::CallerArgs,
    when::{self, Utc},
};
use clap::Args;
use ringbolt_core::{
    caller::{CallerItem, Status},
    flow::Flow,
    identity::CallerId,
    lockout::{LockState, Lockout},
    pin::PinTag,
    time::EpochMs,
};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Show a caller's lock, failed attempts, number of PINs and attributes
///
/// When a lock ends depends on the `lockout` of the realm's live flows, or of the given files. PINs cannot be shown,
/// because they are not stored.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller show --stack ringbolt --realm bank 90786")]
pub(crate) struct Show {
    #[command(flatten)]
    caller: CallerArgs,
    /// Call flow whose lockout applies, instead of the live ones (repeatable)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A caller. PIN tags are left out, because anyone with the key could recover the PIN from one.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CallerEntry {
    /// The realm.
    realm: String,
    /// The user id.
    user: String,
    /// `active` or `suspended`.
    status: &'static str,
    /// How many PINs they have.
    pins: usize,
    /// How many attempts failed since the last correct PIN.
    failed_attempts: u32,
    /// When the last attempt was counted; null if there was none since the PIN was set.
    last_attempt_at: Option<Utc>,
    /// Whether they are locked, by each live flow of their realm. Without one, by the default lockout.
    lockout: Vec<LockByFlow>,
    /// Their attributes, by name.
    attributes: BTreeMap<String, Value>,
}

/// Whether a caller is locked by the lockout of a flow.
#[derive(Serialize, JsonSchema)]
struct LockByFlow {
    /// The flow's name; null for the default lockout.
    flow: Option<String>,
    /// `open` or `locked`.
    standing: &'static str,
    /// When the lock ends by itself; null if they are not locked, or until `ringbolt caller unlock`.
    lock_ends_at: Option<Utc>,
}

impl Show {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let store = connection.callers()?;
        let item = store.caller(&caller).await.explained(&connection, "the caller could not be read")?;
        let Some(item) = item else { return Err(self.caller.unknown("check --realm and --digits-only")) };
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

/// The lock state under each flow's lockout, with the flow's name; without a flow, under the default lockout.
pub(super) fn standings(
    caller: &CallerId,
    item: &CallerItem,
    flows: Option<&[Flow]>,
    now: EpochMs,
) -> Vec<(Option<String>, LockState)> {
    let standing = |lockout: &Lockout| lockout.state(item.attempts, item.last_at, now);
    let of_the_realm = flows.unwrap_or_default().iter().filter(|flow| flow.realm == caller.realm);
    let standings: Vec<_> = of_the_realm.map(|flow| (Some(flow.name.to_string()), standing(&flow.lockout))).collect();
    if standings.is_empty() { vec![(None, standing(&Lockout::default()))] } else { standings }
}

/// A caller for programs.
pub(super) fn document(caller: &CallerId, item: &CallerItem, flows: Option<&[Flow]>, now: EpochMs) -> CallerEntry {
    let lockout = standings(caller, item, flows, now).into_iter().map(|(flow, standing)| {
        let (standing, lock_ends_at) = match standing {
            LockState::Open => ("open", None),
            LockState::Locked { until } => ("locked", Some(Utc::of(until))),
            LockState::Exhausted => ("locked", None),
        };
        LockByFlow { flow, standing, lock_ends_at }
    });
    CallerEntry {
        realm: caller.realm.to_string(),
        user: caller.user.as_str().to_owned(),
        status: item.status.as_str(),
        pins: PinTag::count_pins(item.pins.iter().map(String::as_str)),
        failed_attempts: item.attempts,
        last_attempt_at: (item.last_at.0 > 0).then(|| Utc::of(item.last_at)),
        lockout: lockout.collect(),
        attributes: item.attributes.clone(),
    }
}

fn print(out: Output, caller: &CallerId, item: &CallerItem, flows: Option<&[Flow]>, now: EpochMs) {
    let line = |name: &str, value: &str| out.say(&format!("{name:<17}{value}"));
    line("Caller", &format!("{} in the realm {}", harmless(caller.user.as_str()), caller.realm));
    line(
        "Status",
        &match item.status {
            Status::Active => out.paint(Tone::Good, "active"),
            Status::Suspended => out.paint(Tone::Bad, "suspended, until `ringbolt caller resume`"),
        },
    );
    line("PINs", &PinTag::count_pins(item.pins.iter().map(String::as_str)).to_string());
    line("Failed attempts", &format!("{} since the last correct PIN", item.attempts));
    let last = if item.last_at.0 > 0 { when::local(item.last_at) } else { "none since the PIN was set".to_owned() };
    line("Last attempt", &last);
    for (flow, standing) in standings(caller, item, flows, now) {
        let by = flow.map_or_else(
            || " (default lockout, because no live flow of this realm is known)".to_owned(),
            |flow| format!(" (flow `{flow}`)"),
        );
        let text = match standing {
            LockState::Open => out.paint(Tone::Good, "no"),
            LockState::Locked { until } => out.paint(Tone::Bad, &format!("until {}", when::local(until))),
            LockState::Exhausted => out.paint(Tone::Bad, "until `ringbolt caller unlock`"),
        };
        line("Locked", &format!("{text}{by}"));
    }
    for (index, (name, value)) in item.attributes.iter().enumerate() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line(if index == 0 { "Attributes" } else { "" }, &format!("{} = {}", harmless(name), harmless(&text)));
    }
}
