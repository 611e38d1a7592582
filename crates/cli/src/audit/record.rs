//! Recording a change in the audit log: one entry before the change and one after it.
//!
//! If the first entry cannot be written, the change is not made, so no change goes unrecorded. An interrupted change has
//! only its first entry.

use crate::connection::{Connection, Explained as _};
use rand::RngCore as _;
use ringbolt_core::{
    audit::{Content, Step, Subject},
    identity::CallerId,
};
use ringbolt_dynamodb::audit::AuditTable;
use ringbolt_lambda::app::system_clock;

/// A change whose start is recorded.
#[derive(Debug)]
#[must_use = "the end of the change must be recorded too"]
pub(crate) struct Begun {
    table: AuditTable,
    content: Content,
}

/// The audit subject for a change to a caller.
pub(crate) fn caller(caller: &CallerId) -> String {
    format!("{}#{}", caller.realm, caller.user.as_str())
}

/// Makes a change and records its start and end. If the start cannot be recorded, the change is not made.
///
/// `command` is the command as typed, such as `pin set`; `subject` is who or what it changes, such as [`caller`].
///
/// # Errors
/// The change fails, or the audit log cannot be written.
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

/// Records the start of a change, if its end needs a detail or is recorded elsewhere.
///
/// # Errors
/// The audit log cannot be written. The change must not be made.
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
        .explained(connection, "nothing was changed, because the change could not be recorded in the audit log")?;
    Ok(Begun { table, content })
}

impl Begun {
    /// Leaves the name out of the second entry, because the person was erased.
    pub(crate) fn forget_subject(&mut self) {
        self.content.subject = Subject::from_stored(*self.content.subject.digest(), None);
    }

    /// Records that the change was made. `detail` holds counts and the like, and no personal data.
    ///
    /// # Errors
    /// The audit log cannot be written.
    pub(crate) async fn done(self, connection: &Connection, detail: &str) -> anyhow::Result<()> {
        self.end(connection, Step::Done, detail, "the change was made, but its end could not be recorded").await
    }

    /// Records that the change was refused or failed.
    ///
    /// # Errors
    /// The audit log cannot be written.
    pub(crate) async fn failed(self, connection: &Connection, detail: &str) -> anyhow::Result<()> {
        self.end(connection, Step::Failed, detail, "and the failure could not be recorded").await
    }

    /// Records that the change failed. Returns the reason, extended if the audit log could not be written.
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
    hex::encode(bytes)
}
