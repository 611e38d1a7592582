//! The auth webhook, in Wix Answers' dialect: a caller has keyed an ID or PIN; the GUID of the next IVR goes out, or
//! nothing, which disconnects.

use http::Method;
use ringbolt_core::{
    attempt::Fingerprint,
    call::{Login, LoginAnswer, LoginPlan},
    dialects::wix_answers::{self, Request as Wix},
    flow::{Reply, wix_answers::IvrGuid},
    outcome::Outcome,
};
use ringbolt_lambda::{Answer, App, Failure, Noted, Request, flows::LiveFlow, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let began = request.received;
    let live = match app.admit(&request, &[Method::POST]).await {
        Ok(live) => live,
        Err(refusal) => return refusal,
    };
    let asked = request.body.as_deref().map(Wix::read);
    let call_id = asked.as_ref().and_then(|asked| asked.as_ref().ok()?.login.call_id.clone());
    let noted = Noted::default();
    let work = async {
        match &asked {
            Some(Ok(asked)) => decide(app, &live, asked, &noted).await,
            Some(Err(_)) => Err(Failure::Unreadable { reason: "the body is not a JSON object of this webhook" }),
            None => Err(Failure::Unreadable { reason: "the body is not base64" }),
        }
    };
    let fallback = write(&live.flow.fallback.wix_answers).outcome(Outcome::Fallback);
    let left = app.webhook.deadline.saturating_sub(began.elapsed());
    let answer = guard::or_fallback(left, fallback, work).await.version(live.version).call(call_id.as_deref());
    noted.tell(answer)
}

async fn decide(app: &App, live: &LiveFlow, asked: &Wix, noted: &Noted) -> Result<Answer, Failure> {
    let LiveFlow { flow, closures, .. } = live;
    let login = Login::new(flow, &asked.login, closures, app.webhook.now())?;
    let (caller, guess, ani) = match login.plan(asked.input())? {
        LoginPlan::Attempt { caller, guess, ani } => (caller, guess, ani),
        LoginPlan::Answer(known) => return Ok(answer(known)),
    };
    let prepared = app.prepare(&caller, &guess).await?;
    let call_id = asked.login.call_id.as_deref().unwrap_or_default();
    let fingerprint = Fingerprint::new(app.hasher.keys().current(), call_id, &prepared, 0);
    if !app.within_ani_limit(flow, &ani, &fingerprint).await? {
        return Ok(answer(login.over_ani_limit()?));
    }
    let attempted = app.attempt(flow, &prepared, fingerprint, login.hides_unknown()).await?;
    noted.note(app, &caller, &guess, &attempted, login.tells_duress());
    Ok(answer(login.answer(&attempted.outcome)?).repeated(attempted.repeated))
}

/// The answer of a last resort: the GUID of an IVR.
///
/// # Errors
/// What is expected, if the text is something else.
pub fn last_resort(text: &str) -> Result<Answer, &'static str> {
    IvrGuid::parse(text).map(|ivr| write(&Reply::Redirect(ivr))).map_err(|_| "the GUID of an IVR")
}

fn answer(decided: LoginAnswer<'_>) -> Answer {
    write(decided.reply).outcome(decided.outcome).reason(Some(decided.reason))
}

fn write(reply: &Reply) -> Answer {
    Answer::text(wix_answers::write(reply))
}
