//! The auth webhook, in Wix Answers' dialect: a caller has keyed an ID or PIN; the GUID of the next IVR goes out, or
//! nothing, which disconnects.

use http::Method;
use ringbolt_core::{
    attempt::Fingerprint,
    flow::Flow,
    wix_answers::{
        decide::{Plan, Visit},
        reply::Reply,
        request::AuthRequest,
    },
};
use ringbolt_lambda::{Answer, App, Failure, Request, flows::LiveFlow, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let LiveFlow { flow, version } = match app.admit(&request, &[Method::POST]) {
        Ok(live) => live,
        Err(refusal) => return refusal,
    };
    let asked = request.body.as_deref().map(AuthRequest::parse);
    let call_id = asked.as_ref().and_then(|asked| asked.as_ref().ok()?.call_id.clone());
    let work = async {
        match &asked {
            Some(Ok(asked)) => decide(app, &flow, asked).await,
            Some(Err(_)) => Err(Failure::Unreadable { reason: "the body is not a JSON object of this webhook" }),
            None => Err(Failure::Unreadable { reason: "the body is not base64" }),
        }
    };
    let fallback = answer(&flow.fallback.wix_answers).outcome("fallback");
    guard::or_fallback(app.webhook.deadline, fallback, work).await.version(version).call(call_id.as_deref())
}

async fn decide(app: &App, flow: &Flow, asked: &AuthRequest) -> Result<Answer, Failure> {
    let visit =
        Visit::new(flow, asked, app.webhook.now()).ok_or(Failure::Flow { reason: "it has no `wix_answers`" })?;
    let (caller, guess, ani) = match visit.plan()? {
        Plan::Attempt { caller, guess, ani } => (caller, guess, ani),
        Plan::Reply { reply, outcome } => return Ok(answer(reply).outcome(outcome)),
    };
    // The calling number is asked about before the caller's own counter is touched; the PIN is hashed meanwhile.
    let (within, prepared) = tokio::join!(app.within_ani_limit(flow, &ani), app.prepare(&caller, &guess));
    if !within? {
        return Ok(answer(visit.over_ani_limit()?).outcome("over-ani-limit"));
    }
    let prepared = prepared?;
    let call_id = asked.call_id.as_deref().unwrap_or_default();
    let fingerprint = Fingerprint::new(app.hasher.keys().current(), call_id, &prepared, 0);
    let attempted = app.attempt(flow, &prepared, fingerprint).await?;
    let reply = answer(visit.reply(&attempted.outcome)?);
    Ok(reply.outcome(attempted.outcome.name()).repeated(attempted.repeated))
}

fn answer(reply: &Reply) -> Answer {
    Answer::text(reply.body())
}
