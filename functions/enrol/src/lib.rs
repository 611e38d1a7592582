//! Enrols callers on behalf of operators: it makes the tags of PINs with the PIN key and writes the callers, so that the
//! command `ringbolt` needs no access to the key. It is invoked through IAM, never over HTTP.
//!
//! No PIN and no user id is logged or answered.

mod entry;

use entry::Checked;
use futures_util::{StreamExt as _, stream};
use ringbolt_core::{
    caller::Attributes,
    pin::{PinTag, keys::PinKey},
};
use ringbolt_dynamodb::{
    Table,
    callers::{Change, SetError},
    imports::ImportedRow,
};
use ringbolt_lambda::{
    Failure,
    enrolment::{Enrol, Enroller, Enrolment, Entry, Fault, Order, Outcome, Response},
    guard,
};
use std::time::{Duration, Instant};

/// How long a request may take, hashing included. Lambda ends it after a minute, and the outcomes would be lost.
const PATIENCE: Duration = Duration::from_secs(50);

/// How many rows of an import are hashed and written at the same time. Argon2 takes 19 MiB for each.
const ROWS_AT_ONCE: usize = 4;

/// Answers a request, which is a `ringbolt_lambda::enrolment::Request` as JSON.
pub async fn handle(enroller: &Enroller, request: &str) -> Response {
    match Order::parse(request) {
        Err(refusal) => Response::Refused(refusal),
        Ok(Order::Check) => check(enroller).await,
        Ok(Order::Enrol(enrolment)) => {
            // Entries that are set one after another may concern one caller; the last one counts.
            let at_once = if matches!(enrolment.how, Enrol::Import { .. }) { ROWS_AT_ONCE } else { 1 };
            let began = Instant::now();
            let entries: Vec<_> =
                enrolment.entries.iter().map(|entry| enrol(enroller, &enrolment, entry, began)).collect();
            Response::Outcomes(stream::iter(entries).buffered(at_once).collect().await)
        }
    }
}

async fn check(enroller: &Enroller) -> Response {
    let fault = match enroller.store.warm_up(Table::Callers).await {
        Ok(()) => None,
        Err(error) => Some(fault(Failure::from(error))),
    };
    Response::Ready { keys: enroller.hasher.keys().all().map(PinKey::id).map(str::to_owned).collect(), fault }
}

async fn enrol(enroller: &Enroller, enrolment: &Enrolment, entry: &Entry, began: Instant) -> Outcome {
    let checked = match Checked::new(enrolment, entry) {
        Ok(checked) => checked,
        Err(refusal) => return Outcome::Refused(refusal),
    };
    let left = PATIENCE.saturating_sub(began.elapsed());
    match guard::within(left, write(enroller, &enrolment.how, entry, checked)).await {
        Ok(outcome) => outcome,
        Err(Failure::Store(error)) => {
            tracing::warn!(failure = error.kind(), reason = %error, "a caller was not enrolled");
            Outcome::from(error)
        }
        Err(failure) => Outcome::Failed { fault: fault(failure) },
    }
}

fn fault(failure: Failure) -> Fault {
    tracing::error!(failure = failure.kind(), reason = %failure, "callers cannot be enrolled");
    match failure {
        Failure::Store(error) => match Outcome::from(error) {
            Outcome::Failed { fault } => fault,
            _ => Fault::Internal,
        },
        Failure::Hash(_) => Fault::Hash,
        Failure::Deadline => Fault::Unavailable,
        _ => Fault::Internal,
    }
}

async fn write(enroller: &Enroller, how: &Enrol, entry: &Entry, checked: Checked) -> Result<Outcome, Failure> {
    let caller = checked.caller.clone();
    let tags = tags(enroller, checked, *how == Enrol::AddDuress).await?;
    let done = |change| match change {
        Change::Made => Outcome::Done,
        Change::NoCaller => Outcome::NoCaller,
    };
    Ok(match how {
        Enrol::Set => {
            let none = Attributes::new();
            match enroller.store.set_pins(&caller, &tags, entry.attributes.as_ref().unwrap_or(&none)).await {
                Ok(change) => done(change),
                Err(SetError::Pins(error)) => return Err(error.into()),
                Err(SetError::Attributes(error)) => {
                    tracing::warn!(failure = error.kind(), reason = %error, "a caller's attributes were not set");
                    Outcome::WithoutAttributes { why: error.to_string() }
                }
            }
        }
        Enrol::Add | Enrol::AddDuress => done(enroller.store.add_pin(&caller, &tags).await?),
        Enrol::Import { run, existing } => {
            let (attributes, row) = (entry.attributes.as_ref(), entry.row);
            let row = ImportedRow { caller: &caller, tags: &tags, attributes, run, row, existing: *existing };
            enroller.import_store.import_row(&row).await?.into()
        }
    })
}

/// The tags of all PINs. Hashing takes tens of milliseconds of CPU each, so it is done on another thread.
async fn tags(enroller: &Enroller, checked: Checked, duress: bool) -> Result<Vec<PinTag>, Failure> {
    let hasher = enroller.hasher.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        let tags = checked.pins.iter().map(|pin| match duress {
            true => hasher.enrol_duress(&checked.caller, pin),
            false => hasher.enrol(&checked.caller, pin),
        });
        tags.collect::<Result<Vec<_>, _>>().map(|tags| tags.concat())
    });
    Ok(hashed.await.map_err(|_| Failure::Task)??)
}
