//! `ringbolt audit verify`

use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::{Reported, Usage},
    output::{Output, Tone},
};
use clap::Args;
use ringbolt_core::{
    audit::{Head, Verified, Verifier},
    text::capitalised,
};
use ringbolt_dynamodb::audit::{Order, Recorded};
use schemars::JsonSchema;
use serde::Serialize;

const PAGE: u16 = 500;

/// Check that the audit log is intact
///
/// Entries are chained by hash, so removed, changed, moved or inserted entries and a truncated end are detected.
/// Someone who can write the table could rewrite the whole chain. To detect that, note the number and digest that this
/// command prints, and give them later with --noted.
#[derive(Args)]
#[command(after_help = "Example: ringbolt audit verify --stack ringbolt --noted 41:9f2c...")]
pub(crate) struct Verify {
    /// Number and digest from an earlier `audit verify`
    #[arg(long, value_name = "NUMBER:DIGEST")]
    noted: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Whether the audit log is intact.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Verification {
    /// Whether nothing is wrong with the chain of entries.
    intact: bool,
    /// What is wrong, each as a sentence without a full stop.
    findings: Vec<String>,
    /// The number of entries.
    entries: u64,
    /// The number of entries about erased people, which have no name any more.
    nameless_entries: u64,
    /// The numbers of the entries whose change has no end: it was interrupted or is still in progress.
    unfinished: Vec<u64>,
    /// The last entry, to be noted elsewhere and given to `--noted` later; null if there is none.
    last: Option<NotedEntry>,
}

/// An entry that can be recognised later.
#[derive(Serialize, JsonSchema)]
struct NotedEntry {
    /// Its number; the first entry has number 1.
    number: u64,
    /// Its SHA-256 digest: 64 hexadecimal digits.
    digest: String,
}

impl Verify {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let noted = self.noted.as_deref().map(head).transpose()?;
        let connection = self.connection.connect().await?;
        let (verified, _) = walk(&connection, noted).await?;
        connection.close().await?;
        report(out, &verified)
    }
}

/// Walks the whole chain. Returns the findings and the head as read at the start.
pub(super) async fn walk(connection: &Connection, noted: Option<Head>) -> anyhow::Result<(Verified, Option<Head>)> {
    let table = connection.audit()?;
    let failed = "the audit log could not be read";
    let head = table.head().await.explained(connection, failed)?;
    let last = head.map_or(0, |head| head.seq);
    let (mut verifier, mut from) = (Verifier::new(noted), None);
    'pages: loop {
        let page = table.page(Order::OldestFirst, from, PAGE).await.explained(connection, failed)?;
        for recorded in page.entries {
            let seq = recorded.seq();
            // Entry and head are written together, so an entry after the head is a stray one, unless the head has moved
            // in the meantime.
            if seq.is_some_and(|seq| seq > last) && table.head().await.explained(connection, failed)? != head {
                break 'pages;
            }
            match recorded {
                Recorded::Entry(entry) => verifier.entry(&entry),
                Recorded::Unreadable { seq } => verifier.unreadable(seq),
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    Ok((verifier.finish(head), head))
}

fn head(text: &str) -> anyhow::Result<Head> {
    let parsed = text
        .split_once(':')
        .and_then(|(seq, digest)| Some(Head { seq: seq.parse().ok()?, digest: digest.parse().ok()? }));
    parsed.ok_or_else(|| Usage::new("--noted must be NUMBER:DIGEST, as printed by `ringbolt audit verify`"))
}

fn report(out: Output, verified: &Verified) -> anyhow::Result<()> {
    let Verified { findings, entries, nameless, unfinished, last } = verified;
    let sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    if out.json() {
        out.document(&Verification {
            intact: findings.is_empty(),
            findings: sentences.clone(),
            entries: *entries,
            nameless_entries: *nameless,
            unfinished: unfinished.clone(),
            last: (last.seq > 0).then(|| NotedEntry { number: last.seq, digest: last.digest.to_string() }),
        })?;
    }
    for sentence in &sentences {
        out.say(&out.paint(Tone::Bad, &format!("{}.", capitalised(sentence))));
    }
    for seq in unfinished {
        out.say(&out.paint(
            Tone::Warning,
            &format!("The change of entry {seq} has no end: it was interrupted or is still in progress. Check whether it was made."),
        ));
    }
    if *nameless > 0 {
        out.say(&format!("Entries about erased people: {nameless}."));
    }
    if !findings.is_empty() {
        return Err(Reported::new("the audit log is not intact"));
    }
    match entries {
        0 => out.say("No changes are recorded yet."),
        _ => {
            out.say(&out.paint(Tone::Good, &format!("The audit log is intact: {entries} entries.")));
            out.say(&format!(
                "To prove later that nothing up to here has changed, note this elsewhere: {}:{}",
                last.seq, last.digest
            ));
        }
    }
    Ok(())
}
