//! Whom a command is about.

use crate::exit::Usage;
use clap::Args;
use ringbolt_core::identity::{CallerId, IdentifierForm, Realm, UserId};

/// A caller, by realm and user.
#[derive(Args, Clone)]
pub(crate) struct CallerArgs {
    /// The user's id
    user: String,
    /// Whose PINs, as in the call flow
    #[arg(long)]
    realm: String,
    /// The flow has `identifier: digits`: only the digits of the user's id count
    #[arg(long)]
    digits_only: bool,
}

impl CallerArgs {
    /// The caller, in the one form.
    ///
    /// # Errors
    /// No realm, or no user id.
    pub(crate) fn caller(&self) -> anyhow::Result<CallerId> {
        let form = if self.digits_only { IdentifierForm::Digits } else { IdentifierForm::Text };
        Ok(CallerId {
            realm: Realm::parse(&self.realm).map_err(|error| Usage::new(format!("--realm: {error}")))?,
            user: UserId::parse(&self.user, form).map_err(|error| Usage::new(format!("the user: {error}")))?,
        })
    }

    /// That there is no such caller, and a hint. The user's id stays out of it: it belongs to a person.
    pub(crate) fn unknown(&self, hint: &str) -> anyhow::Error {
        anyhow::anyhow!("there is no such caller in the realm {}: {hint}", self.realm)
    }
}
