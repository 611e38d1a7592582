//! Checks that a live call flow can ask for the PIN that a command enrols: by its realm, and by its user.

use crate::{connection::Connection, exit::Usage, live_flows::live_flows_if_known, output::Output};
use ringbolt_core::{
    flow::{Flow, Owner, Step, did_you_mean},
    identity::{CallerId, IdentifierForm, Realm, UserId},
};
use std::collections::BTreeSet;

/// Checks that a live flow could ask for the PIN of this caller.
///
/// # Errors
/// There are live flows, but none could.
pub(super) async fn check(out: Output, connection: &Connection, caller: &CallerId) -> anyhow::Result<()> {
    let flows = flows_of(connection, &caller.realm).await?;
    let reach = Reach::of(&flows);
    reach.check(&caller.user).map_err(Usage::new)?;
    if let Some(note) = reach.unknown_name(&caller.user) {
        out.note(&note);
    }
    Ok(())
}

/// Whose PINs the live flows of a realm ask for.
pub(super) struct Reach<'a> {
    /// Those that ask for a user's PIN, with the form of their user ids.
    users: Vec<(&'a Flow, IdentifierForm)>,
    /// The shared PINs, in canonical form.
    shared: BTreeSet<&'a str>,
}

impl<'a> Reach<'a> {
    pub(super) fn of(flows: &'a [Flow]) -> Self {
        let asks_user =
            |flow: &&Flow| flow.wix_answers.is_some() || owners(flow).any(|owner| matches!(owner, Owner::User(_)));
        let shared = |owner: &'a Owner| match owner {
            Owner::Shared(name) => Some(name.as_str()),
            Owner::User(_) => None,
        };
        Self {
            users: flows.iter().filter(asks_user).map(|flow| (flow, flow.identifier)).collect(),
            shared: flows.iter().flat_map(owners).filter_map(shared).collect(),
        }
    }

    /// Whether there can be users whom [`Reach::check`] refuses.
    pub(super) fn may_miss_users(&self) -> bool {
        self.only_shared() || self.only_digits().is_some()
    }

    /// # Errors
    /// Why no flow could ask for the PIN of this user, and what to do.
    pub(super) fn check(&self, user: &UserId) -> Result<(), String> {
        if user.is_shared() {
            return Ok(());
        }
        if self.only_shared() {
            let names: Vec<String> = self.shared.iter().map(|name| format!("--shared {}", plain(name))).collect();
            return Err(format!(
                "the live flows of this realm ask for shared PINs only, so nobody could ever log in as this user: give {} \
                 to `ringbolt pin set`",
                names.join(" or ")
            ));
        }
        match self.only_digits() {
            Some(flow) if !user.as_str().bytes().all(|byte| byte.is_ascii_digit()) => Err(format!(
                "the live flow `{}` has `identifier: digits`, so nobody could ever log in as this user, whose id has other \
                 characters: give --digits-only, which enrols the digits",
                flow.name
            )),
            _ => Ok(()),
        }
    }

    /// A note that no live flow asks for this shared PIN. It may be enrolled before its flow is published.
    fn unknown_name(&self, user: &UserId) -> Option<String> {
        let knows_nothing = self.users.is_empty() && self.shared.is_empty();
        if knows_nothing || !user.is_shared() || self.shared.contains(user.as_str()) {
            return None;
        }
        let names: Vec<String> = self.shared.iter().map(|name| format!("`{}`", plain(name))).collect();
        Some(match names.as_slice() {
            [] => "No live flow of this realm asks for a shared PIN.".to_owned(),
            names => format!("No live flow of this realm asks for this shared PIN, only for {}.", names.join(", ")),
        })
    }

    fn only_shared(&self) -> bool {
        self.users.is_empty() && !self.shared.is_empty()
    }

    /// A flow, if all that ask for users read only digits.
    fn only_digits(&self) -> Option<&'a Flow> {
        let digits = self.users.iter().all(|(_, form)| *form == IdentifierForm::Digits);
        self.users.first().filter(|_| digits).map(|(flow, _)| *flow)
    }
}

/// Whose PINs the IVRs of a flow ask for.
fn owners(flow: &Flow) -> impl Iterator<Item = &Owner> {
    flow.ivrs.iter().filter_map(|ivr| match &ivr.step {
        Some(Step::VerifyPin(verify)) => Some(&verify.owner),
        _ => None,
    })
}

/// The name of a shared PIN, as a flow has it.
fn plain(name: &str) -> &str {
    name.trim_start_matches('#')
}

/// The live flows of the realm. None if the live flows are unknown, or there are none yet.
///
/// # Errors
/// There are live flows, but none has this realm, so nobody would ever be asked for the PIN.
pub(super) async fn flows_of(connection: &Connection, realm: &Realm) -> anyhow::Result<Vec<Flow>> {
    // Enrolment does not need the flows, and its credentials may not be allowed to read them.
    let Ok(Some(flows)) = live_flows_if_known(connection, &[]).await else { return Ok(Vec::new()) };
    let realms: BTreeSet<&str> = flows.iter().map(|flow| flow.realm.as_str()).collect();
    if flows.is_empty() || realms.contains(realm.as_str()) {
        return Ok(flows.into_iter().filter(|flow| flow.realm == *realm).collect());
    }
    let hint = did_you_mean(realm.as_str(), realms.iter().copied()).unwrap_or_else(|| {
        let realms: Vec<&str> = realms.into_iter().collect();
        format!("the live flows have {}", realms.join(", "))
    });
    Err(Usage::new(format!(
        "--realm: no live flow of {} has the realm {realm} ({hint}); for a new realm, publish its flow first",
        connection.name()
    )))
}
