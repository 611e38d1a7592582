//! The enrolment function of a stack.

use super::Connection;
use crate::{enrol::EnrolFunction, exit::Usage};

impl Connection {
    /// The stack's enrolment function. `None` if the stack has none, or `--pin-keys` is given, so that callers are enrolled
    /// with the key.
    ///
    /// # Errors
    /// An option contradicts the function, which has its own table and hash.
    pub(crate) fn enrol_function(&self) -> anyhow::Result<Option<EnrolFunction>> {
        let Some(stack) = self.stack().filter(|_| self.given.pin_keys.flag.is_none()) else { return Ok(None) };
        let Some(name) = stack.output("EnrolFunctionName") else { return Ok(None) };
        for (option, given) in [("--callers-table", &self.given.callers_table), ("--pin-hash", &self.given.pin_hash)] {
            if given.flag.is_some() {
                return Err(Usage::new(format!(
                    "{option} has no effect on the enrolment function of the stack {}: leave it out, or give --pin-keys to \
                     enrol without the function",
                    stack.name()
                )));
            }
        }
        let log_group = stack.output("EnrolLogGroupName").unwrap_or("in CloudWatch").to_owned();
        Ok(Some(EnrolFunction::new(&self.sdk, name.to_owned(), self.region(), log_group)))
    }
}
