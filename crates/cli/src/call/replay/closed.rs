//! Lines that `ringbolt hours close` had closed at the time of a visit.

use crate::{
    connection::{Connection, Explained as _},
    output::Output,
};
use ringbolt_core::{
    flow::{Flow, hours::Closures},
    time::EpochMs,
};
use ringbolt_dynamodb::flows::Closure;
use std::{collections::BTreeMap, sync::Arc};

/// The closures of a flow that are still known. One that was lifted or replaced since is not among them.
#[derive(Default)]
pub(super) struct ClosedThen {
    closures: BTreeMap<String, Closure>,
    none: Arc<Closures>,
}

impl ClosedThen {
    /// Reads them. A local deployment has none.
    pub(super) async fn read(connection: &Connection, flow: &Flow, out: Output) -> Self {
        let Ok(table) = connection.flows() else { return Self::default() };
        let read = table.closed_calendars().await.explained(connection, "closed lines could not be read");
        match read {
            Ok(mut closed) => Self { closures: closed.remove(&flow.name).unwrap_or_default(), ..Self::default() },
            Err(error) => {
                out.note(&format!("Lines count as not closed: {error:#}."));
                Self::default()
            }
        }
    }

    /// Those that held at this time.
    pub(super) fn at(&self, at: EpochMs) -> Arc<Closures> {
        if self.closures.is_empty() {
            return Arc::clone(&self.none);
        }
        let began = self.closures.iter().filter(|(_, closure)| closure.at <= at);
        Arc::new(began.map(|(calendar, closure)| (calendar.clone(), closure.until)).collect())
    }
}
