//! `ringbolt audit list`

use super::changes::{Change, Joiner, Outcome, SubjectFilter, Wanted};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    output::Output,
    pin::CallerArgs,
    when::LocalTime,
};
use clap::Args;
use ringbolt_core::{identity::Realm, time::EpochMs};
use ringbolt_dynamodb::audit::{Order, Recorded};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

const PAGE: u16 = 200;

/// List changes, newest first: who changed what, when, and how it ended
///
/// A change without an end was interrupted or is still in progress: check whether it was made. With a realm, only changes
/// to its callers are listed; with a user, too, only those to this caller. Changes to erased people have no name and are
/// found without these filters.
#[derive(Args)]
#[command(after_help = "Examples: ringbolt audit list --stack ringbolt --since yesterday\n          \
                        ringbolt audit list --stack ringbolt --realm bank 90786")]
pub(crate) struct List {
    /// Only changes to this caller; needs --realm
    #[arg(requires = "realm")]
    user: Option<String>,
    /// Only changes to callers of this realm
    #[arg(long)]
    realm: Option<String>,
    /// Only changes to this shared PIN; needs --realm
    #[arg(long, value_name = "NAME", requires = "realm", conflicts_with_all = ["user", "digits_only"])]
    shared: Option<String>,
    /// Use only the digits of the user id, as flows with `identifier: digits` do
    #[arg(long, requires = "user")]
    digits_only: bool,
    /// Only changes that began then or later: a day (2026-11-01, today, yesterday) or a time (2026-11-01T09:30)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only changes that began before this time, or before the end of this day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Maximum number of changes
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The newest changes.
#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct Changes {
    /// The changes; the one that began last is the first.
    changes: Vec<Change>,
    /// Whether there are more than `--limit` allows.
    more: bool,
    /// The numbers of the entries that cannot be read, as far as the log was read; null for a number that cannot be read.
    unreadable: Vec<Option<u64>>,
}

impl List {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let wanted = self.wanted()?;
        let connection = self.connection.connect().await?;
        let found = latest(&connection, wanted, usize::from(self.limit)).await?;
        if out.json() {
            out.document(&found)?;
        } else {
            self.print(out, &found);
        }
        connection.close().await
    }

    fn wanted(&self) -> anyhow::Result<Wanted> {
        let (zone, now) = (LocalTime::of_this_machine(), system_clock()());
        let range =
            |option, text: &Option<String>| text.as_deref().map(|text| zone.day_or_time(option, text, now)).transpose();
        let since = range("--since", &self.since)?.map_or(EpochMs(i64::MIN), |range| range.start);
        let until = range("--until", &self.until)?.map_or(EpochMs(i64::MAX), |range| range.end);
        Ok(Wanted { span: since..until, subject: self.subject()? })
    }

    fn subject(&self) -> anyhow::Result<SubjectFilter> {
        let Some(realm) = self.realm.clone() else { return Ok(SubjectFilter::Any) };
        let named = match (self.user.clone(), self.shared.clone()) {
            (Some(user), _) => CallerArgs::of(realm, user, self.digits_only),
            (None, Some(name)) => CallerArgs::shared(realm, name),
            (None, None) => {
                let realm = Realm::parse(&realm).map_err(|error| Usage::new(format!("--realm: {error}")))?;
                return Ok(SubjectFilter::BeginsWith(format!("{realm}#")));
            }
        };
        Ok(SubjectFilter::Is(super::caller(&named.caller()?)))
    }

    fn print(&self, out: Output, found: &Changes) {
        if found.changes.is_empty() {
            let all = self.realm.is_none() && self.since.is_none() && self.until.is_none();
            out.say(if all { "No changes are recorded." } else { "No such changes are recorded." });
        } else {
            let rows: Vec<[String; 7]> = found.changes.iter().map(row).collect();
            out.table(["No.", "Began", "Who", "Command", "Subject", "Ended", "Detail"], &rows);
        }
        for number in &found.unreadable {
            let number = number.map_or_else(|| "?".to_owned(), |number| number.to_string());
            out.note(&format!("Entry {number} cannot be read: see `ringbolt audit verify`."));
        }
        if found.more {
            out.note(&format!("Only the newest {} changes are shown. Show more with --limit.", self.limit));
        }
    }
}

/// The newest changes, at most `limit`.
async fn latest(connection: &Connection, wanted: Wanted, limit: usize) -> anyhow::Result<Changes> {
    let table = connection.audit()?;
    let (mut found, mut joiner, mut next) = (Changes::default(), Joiner::new(wanted), None);
    loop {
        let page = table.page(Order::NewestFirst, next, PAGE).await;
        let page = page.explained(connection, "the audit log could not be read")?;
        let is_past = joiner.is_past(&page.entries);
        for recorded in page.entries {
            match recorded {
                Recorded::Entry(entry) => found.changes.extend(joiner.entry(entry)),
                Recorded::Unreadable { seq } => found.unreadable.push(seq),
            }
        }
        next = page.next;
        if next.is_none() {
            found.changes.append(&mut joiner.without_beginning());
        }
        if found.changes.len() > limit {
            found.changes.truncate(limit);
            found.more = true;
            return Ok(found);
        }
        if next.is_none() || is_past {
            return Ok(found);
        }
    }
}

fn row(change: &Change) -> [String; 7] {
    let began = change.begun.as_ref();
    [
        began.or(change.ended.as_ref()).map(|entry| entry.number.to_string()).unwrap_or_default(),
        began.map_or_else(|| "(missing)".to_owned(), |entry| entry.at.local()),
        change.who.clone(),
        change.command.clone(),
        change.subject.clone().unwrap_or_else(|| "(erased)".to_owned()),
        match change.outcome {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Unfinished => "no end",
        }
        .to_owned(),
        change.detail.clone().unwrap_or_default(),
    ]
}
