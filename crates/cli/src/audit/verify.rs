//! `ringbolt audit verify`

use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::{Failed, Usage},
    output::{Output, Tone},
};
use clap::Args;
use ringbolt_core::audit::{Head, Verified, Verifier};
use ringbolt_dynamodb::audit::{Order, Recorded};
use serde_json::json;

const PAGE: u16 = 500;

/// Look whether the record of changes is whole
///
/// Entries are chained by hash: one that was removed, changed, moved or put in is noticed, and an end that was cut off.
/// Somebody who can write the table and knows how the chain is made can write all of it anew; that is noticed only
/// against a number and digest that were noted elsewhere: this command prints them, and --noted compares.
#[derive(Args)]
#[command(after_help = "Example: ringbolt audit verify --stack ringbolt --noted 41:9f2c...")]
pub(crate) struct Verify {
    /// A number and digest that an earlier `audit verify` printed
    #[arg(long, value_name = "NUMBER:DIGEST")]
    noted: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
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

/// Walks the whole chain: what was found, and the head as it stood.
pub(super) async fn walk(connection: &Connection, noted: Option<Head>) -> anyhow::Result<(Verified, Option<Head>)> {
    let table = connection.audit()?;
    let unread = "the record could not be read";
    let head = table.head().await.explained(connection, unread)?;
    let last = head.map_or(0, |head| head.seq);
    let (mut verifier, mut from) = (Verifier::new(noted), None);
    'pages: loop {
        let page = table.page(Order::OldestFirst, from, PAGE).await.explained(connection, unread)?;
        for recorded in page.entries {
            let seq = recorded.seq();
            // Entry and head are written together: an entry after the head is a stray, unless both came meanwhile.
            if seq.is_some_and(|seq| seq > last) && table.head().await.explained(connection, unread)? != head {
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
    parsed.ok_or_else(|| Usage::new("--noted is NUMBER:DIGEST, as `ringbolt audit verify` prints it"))
}

fn report(out: Output, verified: &Verified) -> anyhow::Result<()> {
    let Verified { findings, entries, nameless, unfinished, last } = verified;
    let sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    if out.json() {
        out.document(&json!({
            "whole": findings.is_empty(),
            "findings": sentences,
            "entries": entries,
            "nameless": nameless,
            "unfinished": unfinished,
            "last": (last.seq > 0).then(|| json!({ "number": last.seq, "digest": last.digest.to_string() })),
        }))?;
    }
    for sentence in &sentences {
        out.say(&out.paint(Tone::Bad, &format!("{}.", capitalised(sentence))));
    }
    for seq in unfinished {
        out.say(&out.paint(
            Tone::Warning,
            &format!("The change of entry {seq} began and did not end: it was interrupted, or is under way. Look whether it was made."),
        ));
    }
    if *nameless > 0 {
        out.say(&format!("{nameless} entries are about people who were erased."));
    }
    if !findings.is_empty() {
        return Err(anyhow::Error::new(Failed));
    }
    match entries {
        0 => out.say("Nothing was recorded yet."),
        _ => {
            out.say(&out.paint(Tone::Good, &format!("The record is whole: {entries} entries.")));
            out.say(&format!(
                "To prove later that nothing up to here was changed, note this elsewhere: {}:{}",
                last.seq, last.digest
            ));
        }
    }
    Ok(())
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
