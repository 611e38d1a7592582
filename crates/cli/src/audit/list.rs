//! `ringbolt audit list`

use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
    when,
};
use clap::Args;
use ringbolt_core::{audit::Entry, time::EpochMs};
use ringbolt_dynamodb::audit::{Order, Recorded};
use serde_json::{Value, json};

const PAGE: u16 = 200;

/// List changes, newest first
///
/// Every change has two entries: `begun` before it is made, then `done` or `failed`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt audit list --stack ringbolt --since 2026-11-01")]
pub(crate) struct List {
    /// Only entries since this day or time, such as 2026-11-01 or 2026-11-01T09:30:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Maximum number of entries
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let since = self.since.as_deref().map(when::parse).transpose()?;
        let connection = self.connection.connect().await?;
        let (found, more) = latest(&connection, since, usize::from(self.limit)).await?;
        if out.json() {
            out.document(&found.iter().map(as_json).collect::<Vec<_>>())?;
        } else if found.is_empty() {
            out.say("No changes are recorded.");
        } else {
            let rows: Vec<[String; 7]> = found.iter().map(as_row).collect();
            out.table(["No.", "Time", "Who", "Command", "Subject", "Step", "Detail"], &rows);
        }
        if more {
            out.note(&format!("Only the newest {} entries are shown. Show more with --limit.", self.limit));
        }
        connection.close().await
    }
}

/// The newest entries, at most `limit`, and whether there are more.
async fn latest(
    connection: &Connection,
    since: Option<EpochMs>,
    limit: usize,
) -> anyhow::Result<(Vec<Recorded>, bool)> {
    let table = connection.audit()?;
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let page = table.page(Order::NewestFirst, next, PAGE).await;
        let page = page.explained(connection, "the audit log could not be read")?;
        let recent = |recorded: &Recorded| match (since, recorded) {
            (Some(since), Recorded::Entry(entry)) => entry.content.at >= since,
            _ => true,
        };
        let older = page.entries.iter().all(|recorded| !recent(recorded));
        found.extend(page.entries.into_iter().filter(recent));
        if found.len() > limit {
            found.truncate(limit);
            return Ok((found, true));
        }
        // Clocks of different machines may disagree, but by less than a page of entries. If a whole page is older, so is
        // the rest.
        next = page.next.filter(|_| !older);
        if next.is_none() {
            return Ok((found, false));
        }
    }
}

fn as_row(recorded: &Recorded) -> [String; 7] {
    match recorded {
        Recorded::Entry(Entry { seq, content, .. }) => [
            seq.to_string(),
            when::local(content.at),
            content.who.clone(),
            content.command.clone(),
            content.subject.name().unwrap_or("(erased)").to_owned(),
            content.step.as_str().to_owned(),
            content.detail.clone(),
        ],
        Recorded::Unreadable { seq } => {
            let number = seq.map_or_else(|| "?".to_owned(), |seq| seq.to_string());
            let rest = String::new;
            [number, rest(), rest(), "(unreadable)".to_owned(), rest(), rest(), rest()]
        }
    }
}

fn as_json(recorded: &Recorded) -> Value {
    match recorded {
        Recorded::Entry(Entry { seq, content, digest, .. }) => json!({
            "number": seq,
            "at": when::utc(content.at),
            "who": content.who,
            "command": content.command,
            "subject": content.subject.name(),
            "step": content.step.as_str(),
            "detail": content.detail,
            "change": content.change,
            "digest": digest.to_string(),
        }),
        Recorded::Unreadable { seq } => json!({ "number": seq, "unreadable": true }),
    }
}
