//! The next-action webhook, in DialogTech's dialect: the answers of an IVR come in, an `<action>` document goes out, or
//! a text to be read to the caller.

use http::Method;
use ringbolt_core::{
    call,
    dialects::dialogtech::{self, Parameters, PassThrough, Written},
    flow::Flow,
    number::PhoneNumber,
};
use ringbolt_lambda::{Answer, App, Request, Visit, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let live = match app.admit(&request, &[Method::GET, Method::POST]).await {
        Ok(live) => live,
        Err(refusal) => return refusal,
    };
    let now = app.webhook.now();
    let asked = dialogtech::Request::read(&Parameters::parse(&request.query, request.form()), &live.flow, now);
    let visit = Visit::new(app, &live, &asked.results, &request, now).await;
    let fallback = write(&call::fallback(&live.flow, &asked.results), &live.flow, &asked.pass_through);
    let decided = async {
        let decided = visit.decide().await?;
        Ok(write(&decided.answer, &live.flow, &asked.pass_through).repeated(decided.repeated))
    };
    let answer = guard::or_fallback(visit.left(), fallback, decided).await;
    visit.close(answer, str::to_owned).await
}

/// The answer of a last resort: a transfer to a telephone number.
///
/// # Errors
/// What is expected, if the text is something else.
pub fn last_resort(text: &str) -> Result<Answer, &'static str> {
    let destination = PhoneNumber::parse(text).map_err(|_| "a North American telephone number of 10 digits")?;
    Ok(Answer::xml(dialogtech::write_transfer(destination)))
}

fn write(decided: &call::Answer, flow: &Flow, came: &PassThrough) -> Answer {
    if decided.numbers_left_out > 0 {
        tracing::warn!(numbers = decided.numbers_left_out, "numbers that cannot be rung were left out");
    }
    let answer = match dialogtech::write(decided, flow, came) {
        Written::Document(document) => Answer::xml(document),
        Written::Text(text) => Answer::text(text),
    };
    answer.outcome(decided.outcome).reason(decided.reason.clone())
}
