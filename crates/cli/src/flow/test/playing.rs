//! A playground for each call: database, functions and clock of its own.

use anyhow::Context as _;
use ringbolt_core::{caller::Status, flow::Flow, time::EpochMs};
use ringbolt_dev::playground::Playground;
use ringbolt_simulator::{
    Reply,
    explore::{Explored, Limits, World, explore},
    script::{Played, ScriptedCall, ScriptedCaller, Webhook, play},
};
use std::sync::Arc;

/// Plays a scripted call.
///
/// # Errors
/// The playground could not be started, or a caller's user id isn't valid for the flow.
pub(super) async fn played(flow: &Arc<Flow>, call: &ScriptedCall) -> anyhow::Result<Played> {
    let flow = call.flow(flow);
    let playground = playground(&flow, &call.callers, call.starts_at).await?;
    Ok(play(call, &flow, &async |webhook: Webhook<'_>| answer(&playground, webhook).await).await)
}

/// Explores a world of a flow.
///
/// # Errors
/// As [`played`].
pub(super) async fn explored(flow: &Arc<Flow>, world: &World, limits: Limits) -> anyhow::Result<Explored> {
    let begin = async |world: &World| {
        let playground = playground(flow, world.callers(), world.at()).await?;
        Ok(async move |webhook: Webhook<'_>| answer(&playground, webhook).await)
    };
    explore(flow, world, limits, &begin).await
}

async fn playground(flow: &Arc<Flow>, callers: &[ScriptedCaller], at: EpochMs) -> anyhow::Result<Playground> {
    let playground = Playground::start(Arc::clone(flow), at).await?;
    for ScriptedCaller { user, pins, suspended, attributes } in callers {
        let status = if *suspended { Status::Suspended } else { Status::Active };
        let enrolled = playground.enrol(user, pins, attributes, status).await;
        enrolled.with_context(|| format!("the caller `{user}` could not be enrolled"))?;
    }
    Ok(playground)
}

async fn answer(playground: &Playground, webhook: Webhook<'_>) -> Reply {
    playground.set_clock(webhook.at);
    playground.break_database(webhook.database_down);
    playground.send(webhook.request).await
}
