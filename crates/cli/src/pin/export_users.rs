//! `ringbolt pin export-users`

use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::{Interrupted, Reported, Usage},
    out_file::require_folder,
    output::Output,
    stop::StopSignal,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::{
    caller::{Attributes, CallerItem},
    identity::{CallerId, Realm},
    pin::PinTag,
    text::counted,
};
use ringbolt_dev::private_file::Replacement;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    future::pending,
    io::{self, BufWriter, ErrorKind, Write, stdout},
    path::{Path, PathBuf},
};

/// Export the callers of a realm as a CSV: user, status, number of PINs, attributes
///
/// Attributes are JSON in one column. PINs cannot be exported, because nobody knows them. The whole table is read, and
/// callers are in no particular order. User ids and attributes are written unchanged, so that programs can read them
/// back. The name of a shared PIN begins with `#`. Spreadsheets treat values that start with =, +, - or @ as formulas, so
/// import these columns as text. An item that cannot be read has the status `unreadable`, and the exit code is 1 then. With
/// --json, each line is one document.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin export-users --stack ringbolt --realm bank --out callers.csv")]
pub(crate) struct ExportUsers {
    /// Realm of the callers, as in the call flow
    #[arg(long)]
    realm: String,
    /// Write to this file, readable only by you, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A caller of the realm.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ExportedUser<'a> {
    /// The user id.
    user: &'a str,
    /// `active`, `suspended`, or `unreadable` if the item is damaged.
    status: &'a str,
    /// How many PINs they have; null if the item is damaged.
    pins: Option<usize>,
    /// Their attributes, by name; null if the item is damaged.
    attributes: Option<&'a Attributes>,
}

/// The status of an item that Ringbolt cannot have written.
const UNREADABLE: &str = "unreadable";

impl ExportUsers {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let realm = Realm::parse(&self.realm).map_err(|error| Usage::new(format!("--realm: {error}")))?;
        let connection = self.connection.connect().await?;
        let listed = match self.list(out, &connection, &realm).await {
            // `| head` closes the pipe early.
            Err(error) if self.out.is_none() && is_broken_pipe(&error) => Ok(()),
            listed => listed,
        };
        let closed = connection.close().await;
        listed.and(closed)
    }

    async fn list(&self, out: Output, connection: &Connection, realm: &Realm) -> anyhow::Result<()> {
        let store = connection.callers()?;
        // The file appears under its name only once it is complete.
        let mut file = match &self.out {
            Some(path) => {
                require_folder(path)?;
                Some(Replacement::begin(path).with_context(|| unwritable(path))?)
            }
            None => None,
        };
        let mut target: Box<dyn Write + '_> = match &mut file {
            Some(file) => Box::new(BufWriter::new(file)),
            None => Box::new(BufWriter::new(stdout())),
        };
        let mut list = List::new(&mut target, out.json())?;
        let (mut from, mut callers, mut unreadable) = (None, 0_usize, 0_usize);
        // An interrupted list on standard output simply ends, but an incomplete file would remain.
        let mut stop = self.out.is_some().then(StopSignal::listen).transpose()?;
        loop {
            let page = tokio::select! {
                page = store.callers_page(realm, from.take()) => page,
                () = stopped(&mut stop) => return Err(Interrupted::new("interrupted; nothing was written")),
            };
            let page = page.explained(connection, "the callers could not be listed")?;
            for (caller, item) in &page.callers {
                list.add(&document(caller, item))?;
            }
            for user in &page.unreadable {
                list.add(&ExportedUser { user, status: UNREADABLE, pins: None, attributes: None })?;
            }
            callers += page.callers.len();
            unreadable += page.unreadable.len();
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        list.end()?;
        drop(target);
        if let (Some(file), Some(path)) = (file, &self.out) {
            file.finish().with_context(|| unwritable(path))?;
            out.note(&format!("Wrote {} to {}.", counted(callers, "caller"), path.display()));
        }
        if unreadable > 0 {
            let what = match unreadable {
                1 => format!("1 item cannot be read and is listed as `{UNREADABLE}`"),
                more => format!("{} cannot be read and are listed as `{UNREADABLE}`", counted(more, "item")),
            };
            if !out.json() {
                out.note(&format!(
                    "{what}. Ringbolt cannot have written it so, and nobody is verified by it: look at it in the table of \
                     callers."
                ));
            }
            return Err(Reported::new(what));
        }
        Ok(())
    }
}

fn document<'a>(caller: &'a CallerId, item: &'a CallerItem) -> ExportedUser<'a> {
    ExportedUser {
        user: caller.user.as_str(),
        status: item.status.as_str(),
        pins: Some(PinTag::count_pins(item.pins.iter().map(String::as_str))),
        attributes: Some(&item.attributes),
    }
}

/// Waits for the signal, or for ever if the signal ends the process by itself.
async fn stopped(stop: &mut Option<StopSignal>) {
    match stop {
        Some(stop) => stop.received().await,
        None => pending().await,
    }
}

/// Whether the reader of standard output is gone.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let cause = match cause.downcast_ref::<csv::Error>().map(csv::Error::kind) {
            Some(csv::ErrorKind::Io(error)) => Some(error),
            _ => cause.downcast_ref::<io::Error>(),
        };
        cause.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}

fn unwritable(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

/// A list as CSV, or with `--json` as one document per line.
enum List<'a> {
    Csv(Box<csv::Writer<&'a mut dyn Write>>),
    Json(&'a mut dyn Write),
}

impl<'a> List<'a> {
    fn new(target: &'a mut dyn Write, json: bool) -> anyhow::Result<Self> {
        if json {
            return Ok(Self::Json(target));
        }
        let mut csv = csv::Writer::from_writer(target);
        csv.write_record(["user", "status", "pins", "attributes"])?;
        Ok(Self::Csv(Box::new(csv)))
    }

    fn add(&mut self, line: &ExportedUser<'_>) -> anyhow::Result<()> {
        match self {
            Self::Csv(csv) => {
                let pins = line.pins.map(|pins| pins.to_string()).unwrap_or_default();
                let attributes = line.attributes.map(serde_json::to_string).transpose()?.unwrap_or_default();
                csv.write_record([line.user, line.status, &pins, &attributes]).context("the list could not be written")
            }
            Self::Json(target) => {
                writeln!(target, "{}", serde_json::to_string(line)?).context("the list could not be written")
            }
        }
    }

    fn end(self) -> anyhow::Result<()> {
        match self {
            Self::Csv(mut csv) => csv.flush(),
            Self::Json(target) => target.flush(),
        }
        .context("the list could not be written")
    }
}
