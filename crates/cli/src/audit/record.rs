//! Writing a change to the record: that it begins before it is made, and how it ended after it.
//!
//! So no change goes unrecorded: where the first entry cannot be written, the change is not made. A change that was
//! interrupted shows as one that began and did not end.

use crate::connection::{Connection, Explained as _};
use rand::RngCore as _;
use ringbolt_core::{
    audit::{Content, Step, Subject},
    identity::CallerId,
};
use ringbolt_dynamodb::audit::AuditTable;
use ringbolt_lambda::app::system_clock;

/// A change that has begun.
#[derive(Debug)]
#[must_use = "that it has ended must be recorded too"]
pub(crate) struct Begun {
    table: AuditTable,
    content: Content,
}

/// The subject of a change to a caller.
pub(crate) fn caller(caller: &CallerId) -> String {
    format!("{}#{}", caller.realm, caller.user.as_str())
}

/// Makes a change, with a record of its beginning and its end. Where the beginning cannot be recorded, nothing is done.
///
/// `command` is what was typed, such as `pin set`; `subject` whom or what it is about, such as [`caller`].
///
/// # Errors
/// The change's own, or the record could not be written.
pub(crate) async fn recorded<T>(
    connection: &Connection,
    command: &str,
    subject: String,
    change: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let begun = begin(connection, command, subject).await?;
    match change.await {
        Ok(changed) => begun.done(connection, "").await.map(|()| changed),
        Err(error) => Err(begun.failed_with(connection, "", error).await),
    }
}

/// Records that a change begins, for one that ends elsewhere or has something to say at its end.
///
/// # Errors
/// The record could not be written: the change must not be made.
pub(crate) async fn begin(connection: &Connection, command: &str, subject: String) -> anyhow::Result<Begun> {
    let table = connection.audit()?;
    let content = Content {
        at: system_clock()(),
        who: connection.by()?,
        command: command.to_owned(),
        subject: Subject::new(&subject, &random_hex::<16>()),
        step: Step::Begun,
        detail: String::new(),
        change: random_hex::<8>(),
    };
    table
        .append(content.clone())
        .await
        .explained(connection, "nothing was changed, because it could not be recorded in the table of changes")?;
    Ok(Begun { table, content })
}

impl Begun {
    /// Leaves the name out of the entry at the end: the person was erased.
    pub(crate) fn forget_subject(&mut self) {
        self.content.subject = Subject::from_stored(*self.content.subject.digest(), None);
    }

    /// Records that the change was made. `detail`: counts and the like, nothing that belongs to a person.
    ///
    /// # Errors
    /// The record could not be written.
    pub(crate) async fn done(self, connection: &Connection, detail: &str) -> anyhow::Result<()> {
        self.end(connection, Step::Done, detail, "the change was made, but its end could not be recorded").await
    }

    /// Records that the change was refused or failed.
    ///
    /// # Errors
    /// The record could not be written.
    pub(crate) async fn failed(self, connection: &Connection, detail: &str) -> anyhow::Result<()> {
        self.end(connection, Step::Failed, detail, "and that the change failed could not be recorded").await
    }

    /// Records that the change failed; gives back why, with what became of the record where it could not be written.
    pub(crate) async fn failed_with(self, connection: &Connection, detail: &str, why: anyhow::Error) -> anyhow::Error {
        match self.failed(connection, detail).await {
            Ok(()) => why,
            Err(unrecorded) => unrecorded.context(format!("{why:#}")),
        }
    }

    async fn end(self, connection: &Connection, step: Step, detail: &str, undone: &str) -> anyhow::Result<()> {
        let content = Content { at: system_clock()(), step, detail: detail.to_owned(), ..self.content };
        self.table.append(content).await.explained(connection, undone).map(drop)
    }
}

fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
