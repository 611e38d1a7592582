//! `ringbolt secret rotate-token`. Two tokens are valid while the portals are updated.

use super::{
    document::{Document, random_text},
    restart,
    stored::StoredSecret,
};
use crate::{
    api::{Api, TokenCheck},
    audit::recorded,
    call::CallLog,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs, Function},
    output::Output,
    when::{before, local},
};
use anyhow::bail;
use clap::{Args, Subcommand};
use jiff::SignedDuration;
use ringbolt_core::{text::counted, time::EpochMs};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

/// The length that the template uses: 40 letters and digits, which are URL-safe.
const TOKEN_CHARS: usize = 40;

/// The subject in the audit log.
const SUBJECT: &str = "the webhook token";

/// Replace the webhook token: begin, update the portals, finish
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

/// The rotation of the webhook token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenRotation {
    /// Its stage now.
    stage: TokenStage,
}

/// The stage of a rotation of the webhook token.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TokenStage {
    /// There is a new token, and the old one is still valid.
    Begun,
    /// There is one token.
    Settled,
}

/// Make a new token; the old one stays valid
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-token begin --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
struct Begin {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Remove the old token, once the webhooks accept the new one and the old one is no longer used
///
/// It checks that the webhooks accept the new token, and searches the functions' log for requests with the old one.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-token finish --stack ringbolt --quiet-hours 48")]
#[command(mut_arg("local", |local| local.hide(true)))]
struct Finish {
    /// Hours during which the old token must not have been used
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..))]
    quiet_hours: u16,
    /// Remove it even if it is still used
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

async fn read(connection: &Connection) -> anyhow::Result<StoredSecret> {
    if connection.is_local() {
        bail!("`ringbolt dev` takes its token from --token: restart it with another one");
    }
    StoredSecret::read(connection, &connection.webhook_tokens_place()?).await
}

impl Begin {
    async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let stored = read(&connection).await?;
        if stored.document.previous.is_some() {
            bail!("a rotation of the token is in progress: finish it first with `ringbolt secret rotate-token finish`");
        }
        self.confirm.ask(out, &format!("Make a new webhook token for {}?", connection.name()))?;
        let mut document = Document::only(random_text(TOKEN_CHARS));
        document.previous = Some(stored.document.current.clone());
        let write = stored.replace(&connection, &document);
        recorded(&connection, "secret rotate-token begin", SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&TokenRotation { stage: TokenStage::Begun })?;
        }
        out.say("There is a new token, and the old one stays valid. Next, in this order:");
        out.say(&format!("  1. {}. Until then, the new token is rejected.", restart::instructions(&connection)));
        out.say(
            "  2. Run `ringbolt secret show-token` and put each URL into its portal: Wix Answers (the webhook IVR)",
        );
        out.say("     and DialogTech (Target URL and Transcription URL of every IVR).");
        out.say("  3. Make a test call through each, then run `ringbolt secret rotate-token finish`.");
        connection.close().await
    }
}

/// The log's evidence about the old token.
struct OldUse {
    /// Since when all functions log which token was used, which is their last deployment. `None` if unknown.
    watched_since: Option<EpochMs>,
    times: u64,
    last: Option<EpochMs>,
}

impl Finish {
    async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let stored = read(&connection).await?;
        if stored.document.previous.is_none() {
            bail!("no rotation of the token is in progress: start one with `ringbolt secret rotate-token begin`");
        }
        let api = Api::new(connection.api_url()?)?;
        match api.check_token(&stored.document.current).await? {
            TokenCheck::Accepted => {}
            TokenCheck::Rejected(_) => bail!(
                "the webhooks at {} reject the new token, so no token would work without the old one. {}, then run this \
                 command again",
                api.base(),
                restart::instructions(&connection)
            ),
            TokenCheck::Unexpected(statuses) => bail!(
                "the webhooks at {} answer {} to the new token instead of 404, so it is unknown whether they accept it: run \
                 `ringbolt doctor` to find out why",
                api.base(),
                statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
            ),
        }
        let question = match self.old_use(&connection).await {
            Ok(OldUse { times: 0, watched_since: None, .. }) if !self.even_if_used => bail!(
                "Lambda does not say since when the functions log which token is used, so it is unknown whether the old one \
                 still is (--even-if-used skips this check)"
            ),
            Ok(OldUse { times: 0, watched_since: Some(since), .. })
                if since > before(system_clock()(), self.quiet()) && !self.even_if_used =>
            {
                bail!(
                    "the functions have logged which token is used only since {}, so their log cannot show yet that the \
                     old one was unused for {} hours: wait, lower --quiet-hours, or give --even-if-used",
                    local(since),
                    self.quiet_hours
                )
            }
            Ok(OldUse { times: 0, .. }) => {
                format!("The log has no request with the old token in the last {} hours. Remove it?", self.quiet_hours)
            }
            Ok(found) if !self.even_if_used => bail!(
                "the old token was used {} in the last {} hours, most recently at {}: put the new one into that portal, or \
                 give --even-if-used",
                if found.times == 1 { "once".to_owned() } else { counted(found.times, "time") },
                self.quiet_hours,
                found.last.map(local).unwrap_or_default()
            ),
            Ok(_) => "The old token is still used. Remove it?".to_owned(),
            Err(error) if !self.even_if_used => {
                return Err(error
                    .context("it is unknown whether the old token is still used (--even-if-used skips this check)"));
            }
            Err(_) => "It is unknown whether the old token is still used. Remove it?".to_owned(),
        };
        self.confirm.ask(out, &question)?;
        let document = Document::only(stored.document.current.clone());
        let write = stored.replace(&connection, &document);
        recorded(&connection, "secret rotate-token finish", SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&TokenRotation { stage: TokenStage::Settled })?;
        }
        out.say("The old token is removed from the secret.");
        out.say(&format!("{}. Until then, running functions still accept it.", restart::instructions(&connection)));
        connection.close().await
    }

    async fn old_use(&self, connection: &Connection) -> anyhow::Result<OldUse> {
        let log = CallLog::of(connection)?;
        let mut watched_since = None;
        if let Some(stack) = connection.stack() {
            for function in Function::WEBHOOKS {
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
