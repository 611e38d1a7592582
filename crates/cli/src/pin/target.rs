//! The caller that a command is about.

use crate::exit::Usage;
use clap::Args;
use ringbolt_core::identity::{CallerId, IdentifierForm, Realm, UserId};

/// A caller, named by realm and user, or a shared PIN.
#[derive(Args, Clone)]
pub(crate) struct CallerArgs {
    /// User id
    #[arg(required_unless_present = "shared")]
    user: Option<String>,
    /// Name of a PIN that several people share, instead of a user id, as in a flow's `shared: NAME`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["user", "digits_only"])]
    shared: Option<String>,
    /// Realm of the caller, as in the call flow
    #[arg(long)]
    realm: String,
    /// Use only the digits of the user id, as flows with `identifier: digits` do
    #[arg(long)]
    digits_only: bool,
}

impl CallerArgs {
    /// The caller of a realm whom the arguments of another command name.
    pub(crate) fn of(realm: String, user: String, digits_only: bool) -> Self {
        Self { user: Some(user), shared: None, realm, digits_only }
    }

    /// The shared PIN of a realm that the arguments of another command name.
    pub(crate) fn shared(realm: String, name: String) -> Self {
        Self { user: None, shared: Some(name), realm, digits_only: false }
    }

    /// The caller in canonical form.
    ///
    /// # Errors
    /// The realm or the user id is invalid.
    pub(crate) fn caller(&self) -> anyhow::Result<CallerId> {
        let form = if self.digits_only { IdentifierForm::Digits } else { IdentifierForm::Text };
        let user = match (&self.shared, &self.user) {
            (Some(name), _) => UserId::shared(name).map_err(|error| Usage::new(format!("--shared: {error}")))?,
            (None, user) => UserId::parse(user.as_deref().unwrap_or_default(), form)
                .map_err(|error| Usage::new(format!("the user: {error}")))?,
        };
        let realm = Realm::parse(&self.realm).map_err(|error| Usage::new(format!("--realm: {error}")))?;
        Ok(CallerId { realm, user })
    }

    /// The error that there is no such caller, with a hint. It leaves out the user id, which is personal data.
    pub(crate) fn unknown(&self, hint: &str) -> anyhow::Error {
        let what = if self.shared.is_some() { "shared PIN" } else { "caller" };
        anyhow::anyhow!("there is no such {what} in the realm {}: {hint}", self.realm)
    }
}
