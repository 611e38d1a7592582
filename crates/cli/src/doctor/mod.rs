//! `ringbolt doctor`

mod attacks;
mod enrolment;
mod flows;
mod functions;
mod limits;
pub(crate) mod report;
mod secrets;
mod synthetic;
mod tables;
mod voice;
mod webhooks;

use crate::{api::Api, connection::ConnectionArgs, output::Output};
use clap::Args;
use jiff::SignedDuration;
use report::Report;
use synthetic::Ways;

/// Check a deployment from end to end, and explain every problem
///
/// Checks the credentials, stack, tables, functions, account limits, secrets, call flows, the API with and without the token,
/// the voice webhook with and without a signature, and the clock. Then it enrols a test caller, keys a wrong PIN and the
/// correct one through each function that steers calls, and removes the caller; the audit log has this as a change. Nothing
/// else is changed. The exit code is 1 if a check failed.
///
/// With --attacks, it checks none of this. Instead, it looks for attacks in the functions' log: one PIN on many accounts, many
/// accounts in one call, locked accounts, and requests without a valid token or signature.
#[derive(Args)]
#[command(
    after_help = "Examples: ringbolt doctor --stack ringbolt\n          ringbolt doctor --stack ringbolt --attacks --since 6h"
)]
pub(crate) struct Doctor {
    /// Look for attacks in the functions' log, or with --local in the log of `ringbolt dev`
    #[arg(long, conflicts_with = "without_caller")]
    attacks: bool,
    /// How much of the log is read, such as 24h or 90m
    #[arg(long, value_name = "DURATION", requires = "attacks", default_value = "24h", value_parser = attacks::span)]
    since: SignedDuration,
    /// Do not enrol a test caller
    #[arg(long)]
    without_caller: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Doctor {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        if self.attacks {
            return attacks::run(self.since, &self.connection, out).await;
        }
        let mut report = Report::new(out);
        let connection = match self.connection.connect().await {
            Ok(connection) => connection,
            Err(error) if error.is::<crate::exit::Usage>() => return Err(error),
            Err(error) => {
                report.fail("deployment", format!("{error:#}."));
                return report.finish();
            }
        };
        match connection.stack().map(|stack| (stack.name(), stack.status())) {
            Some((name, status)) if status.starts_with("ROLLBACK") || status.ends_with("FAILED") => report.fail(
                "deployment",
                format!(
                    "The stack {name} is in the state {status}: check its events in CloudFormation, and deploy again."
                ),
            ),
            Some((name, status)) if status.ends_with("_IN_PROGRESS") => {
                report.warn("deployment", format!("The stack {name} is being updated ({status})."));
            }
            _ => report.ok("deployment", format!("Found {}.", connection.name())),
        }
        tables::check(&mut report, &connection).await;
        functions::check(&mut report, &connection).await;
        limits::check(&mut report, &connection).await;
        let keys = secrets::pin_keys(&mut report, &connection).await;
        enrolment::check(&mut report, &connection, keys.as_ref()).await;
        let token = secrets::webhook_token(&mut report, &connection).await;
        let flows = flows::check(&mut report, &connection).await;
        let api = match connection.api_url().and_then(Api::new) {
            Ok(api) => Some(api),
            Err(error) => {
                report.fail("api", format!("{error:#}."));
                None
            }
        };
        let mut answers = false;
        if let Some(api) = &api {
            answers = webhooks::check(&mut report, api, token.as_ref()).await;
        }
        let voice = voice::check(&mut report, &connection).await;
        let token = api.as_ref().zip(token.as_ref()).filter(|_| answers);
        let ways = Ways { token: token.map(|(api, token)| (api, token.as_str())), voice: voice.as_ref() };
        match &keys {
            _ if self.without_caller => {}
            Some(hasher) if ways.exist() => synthetic::check(&mut report, &connection, ways, hasher, &flows).await?,
            _ => report.warn("caller", "No test caller was tried, because of the problems above.".to_owned()),
        }
        let closed = connection.close().await;
        report.finish()?;
        closed
    }
}
