//! `ringbolt secret rotate-token`: two tokens are valid while the portals are changed.

use super::{
    document::{Document, random_text},
    kept::Kept,
    restart,
};
use crate::{
    api::{Api, Takes},
    audit::recorded,
    call::CallLog,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs, Function},
    output::Output,
    when::{LocalTime, before},
};
use anyhow::bail;
use clap::{Args, Subcommand};
use jiff::SignedDuration;
use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::system_clock;
use serde_json::json;

/// As long as the template makes it: 40 letters and digits, fit for a URL.
const TOKEN_CHARS: usize = 40;

/// What the record of changes calls it.
const SUBJECT: &str = "the webhook token";

/// Replace the webhook token: begin, change the portals, finish
#[derive(Args)]
pub(super) struct RotateToken {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Begin(Box<Begin>),
    Finish(Box<Finish>),
}

/// Make a new token; the old one stays valid
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-token begin --stack ringbolt")]
struct Begin {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Take the old token away, once the webhooks take the new one and nobody uses the old one any more
///
/// Asks the webhooks whether they take the new token, and the functions' log for requests with the old one.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-token finish --stack ringbolt --quiet-hours 48")]
struct Finish {
    /// For how long nobody may have used the old token
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..))]
    quiet_hours: u16,
    /// Take it away although it is still used
    #[arg(long)]
    even_if_used: bool,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl RotateToken {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Begin(command) => command.run(out).await,
            Command::Finish(command) => command.run(out).await,
        }
    }
}

async fn read(connection: &Connection) -> anyhow::Result<Kept> {
    if connection.is_local() {
        bail!("the token of `ringbolt dev` is what its --token says: start it with another");
    }
    Kept::read(connection, &connection.webhook_tokens_place()?).await
}

impl Begin {
    async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let kept = read(&connection).await?;
        if kept.document.previous.is_some() {
            bail!("the token is being rotated already: finish that first with `ringbolt secret rotate-token finish`");
        }
        self.confirm.ask(&format!("Make a new webhook token for {}?", connection.name()))?;
        let mut document = Document::only(random_text(TOKEN_CHARS));
        document.previous = Some(kept.document.current.clone());
        let write = kept.replace(&connection, &document);
        recorded(&connection, "secret rotate-token begin", SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&json!({ "stage": "begun" }))?;
        }
        out.say("There is a new token, and the old one stays valid. Next, in this order:");
        out.say(&format!("  1. {}: until then the new one is refused.", restart::how(&connection)));
        out.say("  2. `ringbolt secret show-token` prints the addresses with the new token: put each into its portal,");
        out.say(
            "     at Wix Answers (the webhook IVR) and at DialogTech (Target URL and Transcription URL of every IVR).",
        );
        out.say("  3. Call once through each, then `ringbolt secret rotate-token finish`.");
        connection.close().await
    }
}

/// What the log says about the old token.
struct OldUse {
    /// Since when all functions log which token was used: since they were last deployed. `None` where nobody says.
    watched_since: Option<EpochMs>,
    times: u64,
    last: Option<EpochMs>,
}

impl Finish {
    async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let kept = read(&connection).await?;
        if kept.document.previous.is_none() {
            bail!("the token is not being rotated: start with `ringbolt secret rotate-token begin`");
        }
        let api = Api::new(connection.api_url()?)?;
        match api.takes(&kept.document.current).await? {
            Takes::Yes => {}
            Takes::No(_) => bail!(
                "the webhooks at {} do not take the new token yet, so taking the old one away would leave none. {}, then \
                 give this command again",
                api.base(),
                restart::how(&connection)
            ),
            Takes::Other([wix, next, postback]) => bail!(
                "the webhooks at {} answer {wix}, {next}, {postback} to the new token, where 404 was expected, so whether \
                 they take it is not known: `ringbolt doctor` says more",
                api.base()
            ),
        }
        let question = match self.old_use(&connection).await {
            Ok(OldUse { times: 0, watched_since: Some(since), .. })
                if since > before(system_clock()(), self.quiet()) && !self.even_if_used =>
            {
                bail!(
                    "the functions tell the old token from the new one since {}, so their log cannot say yet that nobody \
                     has used the old one for {} hours: wait, say fewer --quiet-hours, or insist with --even-if-used",
                    LocalTime::of_this_machine().date_and_time(since),
                    self.quiet_hours
                )
            }
            Ok(OldUse { times: 0, .. }) => {
                format!(
                    "The log has no request with the old token in the last {} hours. Take it away?",
                    self.quiet_hours
                )
            }
            Ok(found) if !self.even_if_used => bail!(
                "the old token was used {} in the last {} hours, the last time at {}: put the new one into that portal, or \
                 insist with --even-if-used",
                if found.times == 1 { "once".to_owned() } else { format!("{} times", found.times) },
                self.quiet_hours,
                found.last.map(|at| LocalTime::of_this_machine().date_and_time(at)).unwrap_or_default()
            ),
            Ok(_) => "The old token is still used. Take it away?".to_owned(),
            Err(error) if !self.even_if_used => {
                return Err(
                    error.context("whether the old token is still used is not known (--even-if-used passes over this)")
                );
            }
            Err(_) => "Whether the old token is still used is not known. Take it away?".to_owned(),
        };
        self.confirm.ask(&question)?;
        let document = Document::only(kept.document.current.clone());
        let write = kept.replace(&connection, &document);
        recorded(&connection, "secret rotate-token finish", SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&json!({ "stage": "settled" }))?;
        }
        out.say("The old token is taken out of the secret.");
        out.say(&format!("{}: until then functions that run still take it.", restart::how(&connection)));
        connection.close().await
    }

    async fn old_use(&self, connection: &Connection) -> anyhow::Result<OldUse> {
        let log = CallLog::of(connection)?;
        let mut watched_since = None;
        if let Some(stack) = connection.stack() {
            for function in Function::ALL {
                watched_since = watched_since.max(connection.function(stack, function).await?.changed_at);
            }
        }
        let now = system_clock()();
        let span = before(now, self.quiet())..now;
        let (mut times, mut last) = (0, None);
        log.old_token_used(span, |at| {
            times += 1;
            last = last.max(Some(at));
        })
        .await?;
        Ok(OldUse { watched_since, times, last })
    }

    fn quiet(&self) -> SignedDuration {
        SignedDuration::from_hours(self.quiet_hours.into())
    }
}
