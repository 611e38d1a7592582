//! What the command line says.

use crate::{plan::groups, subject::Kind};
use anyhow::{Result, bail};
use clap::Parser;
use std::{collections::BTreeMap, path::PathBuf};

/// Measures the built functions. `cargo xtask bench` gives the paths.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// A minute or two instead of ten: fewer rounds and requests.
    #[arg(long)]
    pub short: bool,
    /// Only these groups of measurements, and only these functions and peers.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// These memory sizes in MB, instead of those of each group.
    #[arg(long, value_delimiter = ',')]
    pub memory: Vec<u32>,
    /// Writes all figures to a file.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// The folder with `FUNCTION/bootstrap` that `sam build` made.
    #[arg(long)]
    pub bootstraps: PathBuf,
    /// A peer and how it is started: `NAME=PROGRAM[,ARGUMENT]`.
    #[arg(long = "peer", value_parser = peer)]
    pub peers: Vec<(String, Vec<PathBuf>)>,
    /// Why a peer is not measured: `NAME: REASON`.
    #[arg(long = "skipped")]
    pub skipped: Vec<String>,
    /// How long a reply of DynamoDB takes, and each round trip that opens a connection, in milliseconds.
    #[arg(long, default_value_t = 4.0)]
    pub round_trip_ms: f64,
    /// How long a reply of Secrets Manager takes, in milliseconds.
    #[arg(long, default_value_t = 20.0)]
    pub secrets_ms: f64,
}

impl Options {
    /// Whether a measurement is wanted: its group, if any is named, and its subject, if any is named.
    #[must_use]
    pub fn wants(&self, group: &str, kind: Kind) -> bool {
        let is_kind = |name: &&String| Kind::all().any(|kind| kind.name() == *name);
        let (kinds, groups): (Vec<&String>, Vec<&String>) = self.only.iter().partition(is_kind);
        let wanted = |names: &[&String], name: &str| names.is_empty() || names.iter().any(|wanted| *wanted == name);
        wanted(&groups, group) && wanted(&kinds, kind.name())
    }

    /// Checks the names.
    ///
    /// # Errors
    /// One is neither a group's nor a subject's.
    pub fn check(&self) -> Result<()> {
        let known: Vec<&str> =
            groups(self.short).iter().map(|group| group.name).chain(Kind::all().map(Kind::name)).collect();
        match self.only.iter().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => bail!("`{unknown}` is not one of {}", known.join(", ")),
            None => Ok(()),
        }
    }

    /// The programs of the peers, by name.
    #[must_use]
    pub fn programs(&self) -> BTreeMap<&str, &[PathBuf]> {
        self.peers.iter().map(|(name, words)| (name.as_str(), words.as_slice())).collect()
    }
}

fn peer(text: &str) -> std::result::Result<(String, Vec<PathBuf>), String> {
    let (name, words) = text.split_once('=').ok_or("expected NAME=PROGRAM[,ARGUMENT]")?;
    Ok((name.to_owned(), words.split(',').map(PathBuf::from).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(only: &str) -> Options {
        Options::parse_from(["bench", "--bootstraps", "built", "--only", only])
    }

    #[test]
    fn groups_and_subjects_both_narrow_what_is_measured() {
        let subject = options("auth");
        assert!(subject.wants("keyed", Kind::Auth) && !subject.wants("keyed", Kind::Node));
        let group = options("keyed");
        assert!(group.wants("keyed", Kind::Node) && !group.wants("deployed", Kind::Node));
        let both = options("keyed,auth");
        assert!(both.wants("keyed", Kind::Auth) && !both.wants("keyed", Kind::Node));
        assert!(!both.wants("deployed", Kind::Auth));
        assert!(options("keyed,node").check().is_ok() && options("keyed,perl").check().is_err());
    }

    #[test]
    fn a_peer_is_a_name_and_a_command() {
        let expected = ("node".to_owned(), vec![PathBuf::from("node"), PathBuf::from("runtime.mjs")]);
        assert_eq!(peer("node=node,runtime.mjs"), Ok(expected));
        assert!(peer("node").is_err());
    }
}
