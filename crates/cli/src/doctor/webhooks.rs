//! The API: it answers, takes the token and nothing else, and its clock is ours.

use super::report::Report;
use crate::api::{Api, Ask, Takes, WITHOUT_FLOW};
use jiff::{Timestamp, fmt::rfc2822};
use ringbolt_lambda::app::system_clock;
use zeroize::Zeroizing;

/// AWS refuses signatures that are five minutes off; a lock is wrong by as much as the clock is.
const FAR_SECS: i64 = 240;
const OFF_SECS: i64 = 30;

/// Asks the webhooks; says whether they answer the token.
pub(super) async fn check(report: &mut Report, api: &Api, token: Option<&Zeroizing<String>>) -> bool {
    let (path, method) = &WITHOUT_FLOW[1];
    let ask = Ask { method: method.clone(), path, token: None, json: None };
    let refused = match api.ask(ask).await {
        Ok(reply) => reply,
        Err(error) => {
            report.fail("api", format!("{error:#}: look at the address, and whether the stack is deployed."));
            return false;
        }
    };
    clock(report, refused.date.as_deref());
    match api.statuses(None).await {
        Ok([401, 401, 401]) => report.ok("api", format!("{} answers, and refuses whoever has no token.", api.base())),
        Ok(statuses) => {
            report.fail("api", format!(
                "{} answers {} without a token, where it should be 401 three times: is this the address of Ringbolt's API, and do its functions start (their logs say)?",
                api.base(),
                listed(statuses)
            ));
            return false;
        }
        Err(error) => {
            report.fail("api", format!("{error:#}."));
            return false;
        }
    }
    let Some(token) = token else { return false };
    match api.takes(token).await {
        Ok(Takes::Yes) => {
            report.ok("api", "All three webhooks take the token.".to_owned());
            true
        }
        Ok(Takes::No(statuses)) => {
            report.fail("api", format!(
                "The webhooks do not take the token of the secret (they answer {}): functions read it when they start, so set SecretsGeneration to another value and deploy.",
                listed(statuses)
            ));
            false
        }
        Ok(Takes::Other(statuses)) => {
            report.fail(
                "api",
                format!(
                    "The webhooks answer {} to the token, where 404 was expected: look at their logs.",
                    listed(statuses)
                ),
            );
            false
        }
        Err(error) => {
            report.fail("api", format!("{error:#}."));
            false
        }
    }
}

fn listed(statuses: [u16; 3]) -> String {
    statuses.map(|status| status.to_string()).join(", ")
}

/// This machine's clock against the API's.
fn clock(report: &mut Report, date: Option<&str>) {
    let theirs = date.and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let Some(theirs) = theirs.map(Timestamp::as_second) else {
        report.warn("clock", "The API says no time, so the clock was not compared.".to_owned());
        return;
    };
    let off = system_clock()().epoch_secs() - theirs;
    let words = format!("{} s {}", off.abs(), if off > 0 { "ahead of" } else { "behind" });
    match off.abs() {
        FAR_SECS.. => report.fail(
            "clock",
            format!("The clock of this machine is {words} the API's: AWS refuses requests signed so. Set it (NTP)."),
        ),
        OFF_SECS.. => report.warn("clock", format!("The clock of this machine is {words} the API's: set it (NTP).")),
        _ => report.ok("clock", "The clock of this machine agrees with the API's.".to_owned()),
    }
}
