//! `ringbolt flow diff`

use super::{
    excerpt::harmless_lines,
    source::{self, Source},
    table::Deployed,
};
use crate::{
    connection::{ConnectionArgs, Explained as _},
    exit::{Reported, Usage},
    output::{Output, Tone, harmless},
};
use clap::Args;
use ringbolt_core::identity::FlowName;
use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;
use std::{
    io::{IsTerminal as _, stdout},
    path::PathBuf,
    time::Duration,
};

/// After this time, any difference is shown, even if it is not the smallest.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Compare versions of a call flow, or the live version with a file
///
/// A and B are version numbers, `live`, files, or - for standard input (./7 is a file named 7). With only A, it compares
/// the live version with a file, or version A with the live one. With neither, it shows what the live version changed
/// when it was pushed.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 no difference, 1 difference, 2 error\n\n\
                        Examples: ringbolt flow diff bank 3 4\n          ringbolt flow diff bank flows/bank.yaml")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Diff {
    /// Name of the flow
    #[arg(value_parser = FlowName::parse)]
    name: FlowName,
    /// Version or file to compare
    a: Option<String>,
    /// Version or file to compare with
    b: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// One side of the comparison.
#[derive(Debug, PartialEq, Eq)]
enum Side {
    Live,
    /// The version that the live one replaced when it was pushed.
    Replaced,
    Version(u64),
    File(PathBuf),
}

/// A text and its label in the diff.
struct Text {
    label: String,
    text: String,
}

/// How two texts of a flow differ.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// What was compared: a version or a file.
    a: String,
    /// What it was compared with.
    b: String,
    /// Whether they differ. The exit code is 1 then.
    differs: bool,
    /// The unified diff from `a` to `b`; empty if they are the same.
    diff: String,
}

impl Diff {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        // As in diff(1), exit code 1 means a difference, so errors need another code.
        match self.compare(out).await.map_err(|error| Usage::new(format!("{error:#}")))? {
            true => Err(Reported::new("the texts differ")),
            false => Ok(()),
        }
    }

    /// Prints the difference. Returns whether there is one.
    async fn compare(&self, out: Output) -> anyhow::Result<bool> {
        let (before, after) = sides(self.a.as_deref(), self.b.as_deref());
        let deployed = Deployed::find(&self.connection).await?;
        let (before, after) = (self.text(&deployed, before).await?, self.text(&deployed, after).await?);
        deployed.connection.close().await?;
        let diff = TextDiff::configure().timeout(TIMEOUT).diff_lines(&before.text, &after.text);
        let unified = diff.unified_diff().header(&before.label, &after.label).to_string();
        if out.json() {
            let (a, b) = (before.label, after.label);
            let differs = !unified.is_empty();
            out.document(&Difference { a, b, differs, diff: unified })?;
            return Ok(differs);
        }
        if unified.is_empty() {
            out.note(&format!("{} and {} are the same.", before.label, after.label));
        } else {
            print(out, &unified);
        }
        Ok(!unified.is_empty())
    }

    async fn text(&self, deployed: &Deployed, side: Side) -> anyhow::Result<Text> {
        let name = &self.name;
        let version = match side {
            Side::File(path) => return file(path),
            Side::Version(version) => version,
            Side::Live => deployed.live_of(name).await?.version,
            Side::Replaced => {
                let live = deployed.live_of(name).await?.version;
                let what = format!("version {live} of the flow `{name}` could not be read");
                let info = deployed.table.history(name, Some(live + 1), 1).await;
                let info = info.explained(&deployed.connection, &what)?;
                match info.versions.first().and_then(|info| info.replaced) {
                    Some(replaced) => replaced,
                    None => anyhow::bail!(
                        "version {live} of the flow `{name}` replaced no other version: give the versions to compare"
                    ),
                }
            }
        };
        Ok(Text { label: format!("{name}, version {version}"), text: deployed.text(name, version).await? })
    }
}

fn sides(a: Option<&str>, b: Option<&str>) -> (Side, Side) {
    match (a.map(side), b.map(side)) {
        (None, _) => (Side::Replaced, Side::Live),
        (Some(file @ Side::File(_)), None) => (Side::Live, file),
        (Some(version), None) => (version, Side::Live),
        (Some(a), Some(b)) => (a, b),
    }
}

fn side(given: &str) -> Side {
    match given.parse() {
        Ok(version) => Side::Version(version),
        Err(_) if given == "live" => Side::Live,
        Err(_) => Side::File(PathBuf::from(given)),
    }
}

fn file(path: PathBuf) -> anyhow::Result<Text> {
    let mut sources = source::read(&[path]);
    match (sources.pop(), sources.is_empty()) {
        (Some(Source { name, text: Ok(text) }), true) => Ok(Text { label: harmless(&name), text }),
        (Some(Source { name, text: Err(error) }), true) => anyhow::bail!("{}: {error}", harmless(&name)),
        _ => anyhow::bail!("this folder has several flow files: give one file"),
    }
}

/// Prints with colours and escapes on a terminal, and unchanged otherwise, for `patch`.
fn print(out: Output, unified: &str) {
    let terminal = stdout().is_terminal();
    // Not `lines()`, which drops the carriage returns of a file with CRLF, so that `patch` could not apply the rest.
    for line in unified.split_terminator('\n') {
        let tone = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => Some(Tone::Strong),
            [b'@', ..] => Some(Tone::Faint),
            [b'-', ..] => Some(Tone::Bad),
            [b'+', ..] => Some(Tone::Good),
            _ => None,
        };
        let line = if terminal { harmless_lines(line.trim_end_matches('\r')) } else { line.to_owned() };
        // As it is: `Output::say` escapes.
        crate::print(&tone.map_or_else(|| line.clone(), |tone| out.paint(tone, &line)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_versions_and_everything_else_is_a_file() {
        let file = |path: &str| Side::File(PathBuf::from(path));
        for (a, b, expected) in [
            (None, None, (Side::Replaced, Side::Live)),
            (Some("3"), None, (Side::Version(3), Side::Live)),
            (Some("bank.yaml"), None, (Side::Live, file("bank.yaml"))),
            (Some("3"), Some("live"), (Side::Version(3), Side::Live)),
            (Some("4"), Some("3"), (Side::Version(4), Side::Version(3))),
            (Some("-"), Some("./7"), (file("-"), file("./7"))),
        ] {
            assert_eq!(sides(a, b), expected);
        }
    }
}
