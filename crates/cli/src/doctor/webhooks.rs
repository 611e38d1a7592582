//! Checks that the API answers, accepts only the token, and agrees with this machine's clock.

use super::report::Report;
use crate::api::{Api, TokenCheck};
use jiff::{Timestamp, fmt::rfc2822};
use ringbolt_lambda::app::system_clock;
use zeroize::Zeroizing;

/// AWS rejects signatures that are more than five minutes off.
const FAIL_SECS: i64 = 240;
/// The end of a lock is shown wrong by as much as the clock is.
const WARN_SECS: i64 = 30;

/// Calls the webhooks. Returns whether they accept the token.
pub(super) async fn check(report: &mut Report, api: &Api, token: Option<&Zeroizing<String>>) -> bool {
    let refused = match api.replies(None).await {
        Ok(replies) => replies,
        Err(error) => {
            report.fail("api", format!("{error:#}: check the URL, and that the stack is deployed."));
            return false;
        }
    };
    clock(report, refused.iter().find_map(|(reply, _)| reply.date.as_deref()));
    if refused.iter().any(|(reply, _)| reply.status != 401) {
        let statuses: Vec<u16> = refused.iter().map(|(reply, _)| reply.status).collect();
        report.fail("api", format!(
            "The webhooks at {} answer {} without a token instead of 401: check that this is the URL of Ringbolt's API, and look in the functions' logs for why they do not start.",
            api.base(),
            listed(&statuses)
        ));
        return false;
    }
    report.ok("api", format!("{} answers, and rejects requests without the token.", api.base()));
    let Some(token) = token else { return false };
    match api.check_token(token).await {
        Ok(TokenCheck::Accepted) => {
            report.ok("api", "All webhooks accept the token.".to_owned());
            true
        }
        Ok(TokenCheck::Rejected(statuses)) => {
            report.fail("api", format!(
                "The webhooks reject the token in the secret (they answer {}): functions read it when they start, so set SecretsGeneration to a new value and deploy.",
                listed(&statuses)
            ));
            false
        }
        Ok(TokenCheck::Unexpected(statuses)) => {
            report.fail(
                "api",
                format!("The webhooks answer {} to the token instead of 404: check their logs.", listed(&statuses)),
            );
            false
        }
        Err(error) => {
            report.fail("api", format!("{error:#}."));
            false
        }
    }
}

fn listed(statuses: &[u16]) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// Compares this machine's clock with the API's.
fn clock(report: &mut Report, date: Option<&str>) {
    let theirs = date.and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let Some(theirs) = theirs.map(Timestamp::as_second) else {
        report.warn("clock", "The API's answer has no date, so the clock was not checked.".to_owned());
        return;
    };
    let off = system_clock()().epoch_secs() - theirs;
    let words = format!("{} s {}", off.abs(), if off > 0 { "ahead of" } else { "behind" });
    match off.abs() {
        FAIL_SECS.. => report.fail(
            "clock",
            format!("The clock of this machine is {words} the API's, so AWS rejects its signatures. Set it (NTP)."),
        ),
        WARN_SECS.. => report.warn("clock", format!("The clock of this machine is {words} the API's. Set it (NTP).")),
        _ => report.ok("clock", "The clock of this machine agrees with the API's.".to_owned()),
    }
}
