//! Ringing people until one answers: the app `findme` ("Responding to DialogTech's WebHook", with its notes 1 and 2).

use super::super::ids::{InvalidValue, IvrName, PortalId};
use super::exit::{Exit, ExitTo, Taken};
use crate::number::PhoneNumber;

/// Whom to ring, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMe<T, N = PhoneNumber> {
    /// A FindMe of the portal, or numbers: the specification requires one of them and ignores the numbers where both are
    /// given.
    pub target: FindMeTarget<N>,
    /// How many numbers ring at once, 1 or more.
    pub simultaneous: Option<std::num::NonZeroU8>,
    /// What the person who answers hears before the call is connected.
    pub screening: Option<Screening<T>>,
    /// Record the call, with a warning to both parties.
    pub record: Option<bool>,
    /// Whether the person who answers is asked to accept.
    pub auto_accept: Option<AutoAccept>,
    /// Whether accepting takes a key press. The specification names `dtmf_only` under `auto_accept` 0.
    pub dtmf_only: Option<bool>,
    /// What happens if nobody answers; the provider's default is to say so and disconnect.
    pub no_answer: Option<NoAnswer>,
    /// How long each number rings; the provider's default is 30.
    pub timeout_secs: Option<RingTimeoutSecs>,
}

/// The two kinds of FindMe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindMeTarget<N = PhoneNumber> {
    /// One set up in the portal.
    Id(PortalId),
    /// A dynamic one: these numbers, in this order.
    PhoneList(PhoneList<N>),
}

/// The numbers of a dynamic FindMe, in the order in which they are tried; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneList<N = PhoneNumber>(Vec<N>);

/// `screen_method`, with what each method needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screening<T> {
    /// 0: record the caller's name and play it.
    RecordName,
    /// 1: speak a phrase (the provider's default is none).
    Phrase(Option<T>),
    /// 2: play an audio file that exists in the account.
    Audio(T),
}

/// `auto_accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoAccept {
    /// 0: the person is asked.
    Ask,
    /// 1: the first number that answers gets the call.
    First,
    /// 2: the last number tried gets the call, without screening.
    LastUnscreened,
    /// 3: the last number tried gets the call, with screening.
    LastScreened,
}

/// `nextaction`, with the `nextactionitem` that 2, 4, 5 and 6 require and the others don't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// 1: say that nobody is available and disconnect (the provider's default).
    Disconnect,
    /// 2: take a message.
    Voicemail(PortalId),
    /// 3: the last number tried gets the call.
    AcceptLast,
    /// 4: run a virtual receptionist.
    VirtualReceptionist(PortalId),
    /// 5: run another FindMe of the portal.
    FindMe(PortalId),
    /// 6: run an IVR of the flow.
    Ivr(IvrName),
    /// 7: the last number tried gets the call, without screening.
    AcceptLastUnscreened,
}

/// How long a FindMe lets each number ring, 20 to 60 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingTimeoutSecs(u8);

impl<T, N> FindMe<T, N> {
    pub(super) fn exits(&self) -> Vec<Exit<'_, N>> {
        let whom = match &self.target {
            FindMeTarget::Id(id) => ExitTo::PortalFindMe(id),
            FindMeTarget::PhoneList(list) => ExitTo::Ring(list.numbers()),
        };
        let otherwise = match &self.no_answer {
            Some(NoAnswer::Ivr(ivr)) => ExitTo::Ivr(ivr),
            Some(NoAnswer::Voicemail(id)) => ExitTo::Voicemail(id),
            Some(NoAnswer::VirtualReceptionist(id)) => ExitTo::VirtualReceptionist(id),
            Some(NoAnswer::FindMe(id)) => ExitTo::PortalFindMe(id),
            Some(NoAnswer::Disconnect) | None => ExitTo::HangUp,
            // The last number gets the call, whether or not anybody is there.
            Some(NoAnswer::AcceptLast | NoAnswer::AcceptLastUnscreened) => {
                return vec![Exit { to: whom, taken: Taken::Always }];
            }
        };
        vec![Exit { to: whom, taken: Taken::IfAnswered }, Exit { to: otherwise, taken: Taken::IfNobodyAnswers }]
    }

    pub(super) fn try_map<U, M, E>(
        &self,
        mut text: impl FnMut(&T) -> Result<U, E>,
        list: impl FnOnce(&PhoneList<N>) -> Result<PhoneList<M>, E>,
    ) -> Result<FindMe<U, M>, E> {
        Ok(FindMe {
            target: match &self.target {
                FindMeTarget::Id(id) => FindMeTarget::Id(id.clone()),
                FindMeTarget::PhoneList(numbers) => FindMeTarget::PhoneList(list(numbers)?),
            },
            simultaneous: self.simultaneous,
            screening: match &self.screening {
                None => None,
                Some(Screening::RecordName) => Some(Screening::RecordName),
                Some(Screening::Phrase(phrase)) => Some(Screening::Phrase(phrase.as_ref().map(&mut text).transpose()?)),
                Some(Screening::Audio(file)) => Some(Screening::Audio(text(file)?)),
            },
            record: self.record,
            auto_accept: self.auto_accept,
            dtmf_only: self.dtmf_only,
            no_answer: self.no_answer.clone(),
            timeout_secs: self.timeout_secs,
        })
    }
}

impl<N> PhoneList<N> {
    /// A list of these numbers.
    ///
    /// # Errors
    /// [`InvalidValue::EmptyPhoneList`]: there is no number.
    pub fn new(numbers: Vec<N>) -> Result<Self, InvalidValue> {
        if numbers.is_empty() { Err(InvalidValue::EmptyPhoneList) } else { Ok(Self(numbers)) }
    }

    /// The numbers.
    #[must_use]
    pub fn numbers(&self) -> &[N] {
        &self.0
    }
}

impl RingTimeoutSecs {
    /// A time in seconds.
    ///
    /// # Errors
    /// [`InvalidValue::RingTimeout`]: it is below 20 or above 60.
    pub fn new(seconds: u64) -> Result<Self, InvalidValue> {
        match u8::try_from(seconds) {
            Ok(fits @ 20..=60) => Ok(Self(fits)),
            _ => Err(InvalidValue::RingTimeout),
        }
    }

    /// The seconds.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_findme_rings_for_20_to_60_seconds() {
        assert!([20, 60].into_iter().all(|s| RingTimeoutSecs::new(s).is_ok()));
        assert!([0, 19, 61, 276].into_iter().all(|s| RingTimeoutSecs::new(s).is_err()));
    }
}
