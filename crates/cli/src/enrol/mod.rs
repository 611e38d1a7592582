//! How commands enrol callers: here, with the PIN key, or through the enrolment function of the stack, which has the key.

mod fault;
mod function;

pub(crate) use fault::{FunctionFault, Trouble};
pub(crate) use function::EnrolFunction;

use crate::connection::{Connection, Explained as _};
use anyhow::bail;
use ringbolt_core::{
    caller::Attributes,
    identity::CallerId,
    pin::{CallerPin, PinHasher},
};
use ringbolt_dynamodb::{
    Store,
    callers::{Change, SetError},
};
use ringbolt_lambda::enrolment::{Entry, Operation, Outcome, Pin, Request};

/// Enrols callers one by one. The import has its own way of writing rows.
pub(crate) enum Enroller {
    /// With the PIN key.
    Here(Box<Here>),
    /// Through the enrolment function. The PIN key is not read.
    Function(EnrolFunction),
}

/// What enrolling here takes.
pub(crate) struct Here {
    store: Store,
    pub(crate) hasher: PinHasher,
}

impl Enroller {
    /// The way for this deployment: the stack's enrolment function, unless there is none or `--pin-keys` is given.
    ///
    /// # Errors
    /// The PIN key is needed and cannot be read, the table is not known, or an option contradicts the function.
    pub(crate) async fn of(connection: &Connection) -> anyhow::Result<Self> {
        if let Some(function) = connection.enrol_function()? {
            return Ok(Self::Function(function));
        }
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        Ok(Self::Here(Box::new(Here { store, hasher })))
    }

    /// Replaces all PINs of a caller, resets failed attempts, and adds attributes to the existing ones. `allow_weak` is
    /// for the function, which checks the PIN again.
    ///
    /// # Errors
    /// The sentence says what was not written, and why.
    pub(crate) async fn set(
        &self,
        connection: &Connection,
        caller: &CallerId,
        pin: &CallerPin,
        attributes: &Attributes,
        allow_weak: bool,
    ) -> anyhow::Result<()> {
        let change = match self {
            Self::Here(here) => {
                let tags = here.hasher.enrol(caller, pin)?;
                match here.store.set_pins(caller, &tags, attributes).await {
                    Ok(change) => change,
                    Err(SetError::Pins(error)) => Err(error).explained(connection, "the PIN was not set")?,
                    Err(SetError::Attributes(error)) => {
                        Err(error).explained(connection, "the PIN was set, but the attributes were not")?
                    }
                }
            }
            Self::Function(function) => {
                let attributes = (!attributes.is_empty()).then(|| attributes.clone());
                let request = request(Operation::Set, caller, pin, attributes, allow_weak);
                single(function, &request, "set").await?
            }
        };
        match change {
            Change::Made => Ok(()),
            Change::NoCaller => bail!("the caller was erased in the meantime; nothing is set"),
        }
    }

    /// Gives an existing caller a further PIN, or a duress PIN.
    ///
    /// # Errors
    /// The PIN was not added, or it is unknown whether it was; the sentence says why.
    pub(crate) async fn add(
        &self,
        connection: &Connection,
        caller: &CallerId,
        pin: &CallerPin,
        duress: bool,
        allow_weak: bool,
    ) -> anyhow::Result<Change> {
        match self {
            Self::Here(here) => {
                let tags =
                    if duress { here.hasher.enrol_duress(caller, pin)? } else { here.hasher.enrol(caller, pin)? };
                here.store.add_pin(caller, &tags).await.explained(connection, "the PIN was not added")
            }
            Self::Function(function) => {
                let operation = if duress { Operation::AddDuress } else { Operation::Add };
                let request = request(operation, caller, pin, None, allow_weak);
                single(function, &request, "added").await
            }
        }
    }
}

fn request(
    operation: Operation,
    caller: &CallerId,
    pin: &CallerPin,
    attributes: Option<Attributes>,
    allow_weak: bool,
) -> Request {
    let entry = Entry { user: caller.user.as_str().to_owned(), pins: vec![Pin::from(pin)], attributes, row: 0 };
    Request {
        operation,
        realm: Some(caller.realm.to_string()),
        run: None,
        existing: None,
        allow_weak,
        entries: vec![entry],
    }
}

/// Sends a request with one entry. `done` says what becomes of the PIN: "set" or "added".
async fn single(function: &EnrolFunction, request: &Request, done: &'static str) -> anyhow::Result<Change> {
    let failed = |fault: FunctionFault| {
        let what = match fault.may_have_written() {
            true => format!("it is unknown whether the PIN was {done}"),
            false => format!("the PIN was not {done}"),
        };
        anyhow::Error::new(fault).context(what)
    };
    let mut outcomes = function.outcomes(request).await.map_err(failed)?;
    match outcomes.pop() {
        Some(Outcome::Done) => Ok(Change::Made),
        Some(Outcome::NoCaller) => Ok(Change::NoCaller),
        Some(Outcome::Refused(refusal)) => {
            bail!("the PIN was not {done}: the enrolment function refuses it: {refusal}")
        }
        Some(Outcome::Failed { fault }) => Err(failed(function.failed(fault))),
        Some(Outcome::WithoutAttributes { why }) => {
            bail!("the new PIN is valid, but the caller's attributes were not changed ({why}): run the command again")
        }
        Some(Outcome::First | Outcome::Further | Outcome::Skipped) | None => Err(failed(function.unreadable())),
    }
}
