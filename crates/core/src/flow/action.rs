//! The one vocabulary of what can happen to a call next: the six apps of the DialogTech specification ("Responding to
//! DialogTech's WebHook"), as types that can't express a wrong document. Each dialect renders them.
//!
//! [`Action::exits`] says where an action can lead, [`Action::texts`] and [`Action::numbers`] what it is filled in with.
//! Graph, proof, the check that keeps `verified` apart, redaction and the check against toll fraud all read these.

mod exit;
mod findme;

pub use exit::{Exit, ExitTo, Taken};
pub use findme::{AutoAccept, FindMe, FindMeTarget, NoAnswer, PhoneList, RingTimeoutSecs, Screening};

use super::ids::{IvrName, ParameterName, PortalId, QuestionId};
use crate::number::PhoneNumber;

/// What happens to the call next.
///
/// `T` is the type of every text and `N` that of a number to ring: templates in a flow, finished values in an answer.
///
/// ```
/// # use ringbolt_core::flow::action::{Action, ExitTo};
/// # use ringbolt_core::number::PhoneNumber;
/// let destination = PhoneNumber::parse("800-555-0100")?;
/// let transfer: Action<String> = Action::Transfer { destination: destination.clone() };
/// assert_eq!(transfer.exits()[0].to, ExitTo::Transfer(&destination));
/// # Ok::<(), ringbolt_core::number::InvalidPhoneNumber>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<T, N = PhoneNumber> {
    /// Run an IVR.
    Ivr(ToIvr<T>),
    /// Ring people until one answers.
    FindMe(FindMe<T, N>),
    /// Run a virtual receptionist of the portal.
    VirtualReceptionist {
        /// Which one.
        id: PortalId,
    },
    /// Take a message.
    Voicemail {
        /// In which mailbox of the portal.
        id: PortalId,
    },
    /// End the call.
    Hangup,
    /// Connect the call to a number.
    Transfer {
        /// Where to.
        destination: N,
    },
}

/// An IVR to run next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToIvr<T> {
    /// Which IVR of the flow.
    pub to: IvrName,
    /// The question to start at; without one the IVR starts at its beginning.
    pub question_id: Option<QuestionId>,
    /// Values for the `@name` placeholders in the IVR's prompts, in order, names unique.
    pub user_parameters: Vec<(ParameterName, T)>,
    /// What comes back with this IVR's results.
    pub pass: PassThrough<T>,
}

/// Pass-through data for an IVR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassThrough<T> {
    /// The flow gives none.
    None,
    /// One text, passed as it is.
    Opaque(T),
    /// Keys and values in the flow's order. Keys are unique and not empty; they have no `|`, `%`, control characters or
    /// spaces at their ends, and none is [`STATE`](super::fields::STATE).
    Pairs(Vec<(String, T)>),
}

impl<T, N> Action<T, N> {
    /// Every way out of this action, the likeliest first; never empty.
    #[must_use]
    pub fn exits(&self) -> Vec<Exit<'_, N>> {
        let always = |to| vec![Exit { to, taken: Taken::Always }];
        match self {
            Self::Ivr(ivr) => always(ExitTo::Ivr(&ivr.to)),
            Self::FindMe(findme) => findme.exits(),
            Self::VirtualReceptionist { id } => always(ExitTo::VirtualReceptionist(id)),
            Self::Voicemail { id } => always(ExitTo::Voicemail(id)),
            Self::Hangup => always(ExitTo::HangUp),
            Self::Transfer { destination } => always(ExitTo::Transfer(destination)),
        }
    }

    /// Every text of this action, in document order.
    #[must_use]
    pub fn texts(&self) -> Vec<&T> {
        match self {
            Self::Ivr(ivr) => {
                let parameters = ivr.user_parameters.iter().map(|(_, text)| text);
                parameters.chain(ivr.pass.texts()).collect()
            }
            Self::FindMe(FindMe {
                screening: Some(Screening::Phrase(Some(text)) | Screening::Audio(text)), ..
            }) => {
                vec![text]
            }
            _ => Vec::new(),
        }
    }

    /// Every number that this action can ring, in document order.
    #[must_use]
    pub fn numbers(&self) -> &[N] {
        match self {
            Self::Transfer { destination } => std::slice::from_ref(destination),
            Self::FindMe(FindMe { target: FindMeTarget::PhoneList(list), .. }) => list.numbers(),
            _ => &[],
        }
    }

    /// The same action with its texts and numbers turned into others: how a flow's templates become an answer. `number`
    /// is for a transfer's destination, `list` for the numbers of a FindMe.
    ///
    /// # Errors
    /// The first error of `text`, `number` or `list`, in document order.
    pub fn try_map<U, M, E>(
        &self,
        mut text: impl FnMut(&T) -> Result<U, E>,
        number: impl FnOnce(&N) -> Result<M, E>,
        list: impl FnOnce(&PhoneList<N>) -> Result<PhoneList<M>, E>,
    ) -> Result<Action<U, M>, E> {
        Ok(match self {
            Self::Ivr(ivr) => Action::Ivr(ToIvr {
                to: ivr.to.clone(),
                question_id: ivr.question_id.clone(),
                user_parameters: ivr
                    .user_parameters
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), text(value)?)))
                    .collect::<Result<_, E>>()?,
                pass: ivr.pass.try_map(text)?,
            }),
            Self::FindMe(findme) => Action::FindMe(findme.try_map(text, list)?),
            Self::VirtualReceptionist { id } => Action::VirtualReceptionist { id: id.clone() },
            Self::Voicemail { id } => Action::Voicemail { id: id.clone() },
            Self::Hangup => Action::Hangup,
            Self::Transfer { destination } => Action::Transfer { destination: number(destination)? },
        })
    }
}

impl<T> PassThrough<T> {
    fn texts(&self) -> Vec<&T> {
        match self {
            Self::None => Vec::new(),
            Self::Opaque(text) => vec![text],
            Self::Pairs(pairs) => pairs.iter().map(|(_, text)| text).collect(),
        }
    }

    fn try_map<U, E>(&self, mut text: impl FnMut(&T) -> Result<U, E>) -> Result<PassThrough<U>, E> {
        Ok(match self {
            Self::None => PassThrough::None,
            Self::Opaque(value) => PassThrough::Opaque(text(value)?),
            Self::Pairs(pairs) => PassThrough::Pairs(
                pairs.iter().map(|(key, value)| Ok((key.clone(), text(value)?))).collect::<Result<_, E>>()?,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(no_answer: Option<NoAnswer>) -> Action<String> {
        Action::FindMe(FindMe {
            target: FindMeTarget::Id(PortalId::parse("7").unwrap()),
            simultaneous: None,
            screening: None,
            record: None,
            auto_accept: None,
            dtmf_only: None,
            no_answer,
            timeout_secs: None,
        })
    }

    #[test]
    fn a_findme_has_an_exit_for_nobody_answering() {
        let menu = IvrName::parse("menu").unwrap();
        for (no_answer, exits) in [
            (None, 2),
            (Some(NoAnswer::Disconnect), 2),
            (Some(NoAnswer::Ivr(menu.clone())), 2),
            (Some(NoAnswer::AcceptLast), 1),
        ] {
            assert_eq!(ring(no_answer.clone()).exits().len(), exits, "{no_answer:?}");
        }
        let action = ring(Some(NoAnswer::Ivr(menu.clone())));
        assert_eq!(action.exits()[1], Exit { to: ExitTo::Ivr(&menu), taken: Taken::IfNobodyAnswers });
    }
}
