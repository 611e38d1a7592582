//! `ringbolt event make`

use super::{
    case::Case,
    list,
    sample::{DEMO, SampleArgs, Target, demo},
};
use crate::{exit::Usage, output::Output};
use clap::Args;
use ringbolt_core::identity::FlowName;
use ringbolt_lambda::app::system_clock;
use ringbolt_simulator::LOCAL_TOKEN;

/// Print a sample API Gateway event for a case (--list shows the cases)
///
/// Without options, the event belongs to the demo flow and its callers. A PIN of your own is read from standard input;
/// the event then contains it, so keep it secret.
#[derive(Args)]
#[command(after_help = "Example: ringbolt event make login-get | sam local invoke NextActionFunction -e -")]
pub(super) struct Make {
    /// Case to print
    #[arg(value_enum, hide_possible_values = true, required_unless_present = "list")]
    case: Option<Case>,
    /// List the cases and their functions
    #[arg(long, conflicts_with = "case")]
    list: bool,
    /// Name of the call flow in the webhook's URL
    #[arg(long, default_value = DEMO)]
    flow: String,
    /// Webhook token
    #[arg(long, default_value = LOCAL_TOKEN)]
    token: String,
    #[command(flatten)]
    sample: SampleArgs,
}

impl Make {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        let Some(case) = self.case else { return list(out) };
        let name = FlowName::parse(&self.flow).map_err(|error| Usage::new(format!("--flow: {error}")))?;
        let demo = demo()?;
        let flow = (name.as_str() == DEMO).then_some(&demo);
        let target = Target { name, flow, token: &self.token, call: "c-1", now: system_clock()() };
        out.document(&self.sample.event(case, &target)?)
    }
}
