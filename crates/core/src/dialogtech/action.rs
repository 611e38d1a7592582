//! What the next-action webhook can tell DialogTech to do next, as types that cannot express a wrong document.
//!
//! Source of every name and limit: DialogTech, "Responding to DialogTech's WebHook".

use super::number::{BuildingBlockId, ParameterName, PhoneList, PhoneNumber, QuestionId, RingTimeoutSecs};

/// The next thing that happens to the call: one `<action>` document.
///
/// `T` is the type of every text, `P` that of the pass-through data, `N` that of a number to ring: templates in a call
/// flow, finished values in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<T, P, N = PhoneNumber> {
    /// Run an IVR.
    Ivr(Ivr<T, P>),
    /// Ring people until one answers.
    FindMe(FindMe<T, N>),
    /// Run a virtual receptionist.
    VirtualReceptionist {
        /// Which one.
        id: BuildingBlockId,
    },
    /// Take a message.
    Voicemail {
        /// In which mailbox.
        id: BuildingBlockId,
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
pub struct Ivr<T, P> {
    /// How the app is spelled in the document.
    pub spelling: IvrSpelling,
    /// Which IVR.
    pub id: BuildingBlockId,
    /// The question to start at; without one the IVR starts at its beginning.
    pub question_id: Option<QuestionId>,
    /// Values for the `@name` placeholders in the IVR's questions, in document order, names unique.
    pub user_parameters: Vec<(ParameterName, T)>,
    /// What comes back as `ivr_pass_through` with this IVR's results.
    pub pass_through: P,
}

/// The app of an IVR has an old name that handlers in production still use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IvrSpelling {
    /// `<app>ivr</app>`, as the specification has it.
    #[default]
    Ivr,
    /// `<app>survo</app>`.
    Survo,
}

/// Whom to ring, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMe<T, N = PhoneNumber> {
    /// A FindMe set up in the portal, or numbers of our own: the specification requires one and ignores the numbers
    /// where both are given.
    pub target: FindMeTarget<N>,
    /// How many numbers ring at once, 1 or more.
    pub simultaneous: Option<std::num::NonZeroU8>,
    /// What the person who answers hears before the call is connected.
    pub screening: Option<Screening<T>>,
    /// Record the call, with a warning to both parties.
    pub record: Option<bool>,
    /// Whether the person who answers is asked to accept.
    pub auto_accept: Option<AutoAccept>,
    /// What happens if nobody answers.
    pub no_answer: Option<NoAnswer>,
    /// How long each number rings; the provider's default is 30.
    pub timeout_secs: Option<RingTimeoutSecs>,
}

/// The two kinds of FindMe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindMeTarget<N = PhoneNumber> {
    /// One set up in the portal.
    Id(BuildingBlockId),
    /// A dynamic one: these numbers, in this order.
    PhoneList(PhoneList<N>),
}

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

/// `nextaction` with the `nextactionitem` that 2, 4, 5 and 6 require and the others have not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// 1: say that nobody is available and disconnect (the provider's default).
    Disconnect,
    /// 2: take a message.
    Voicemail(BuildingBlockId),
    /// 3: the last number tried gets the call.
    AcceptLast,
    /// 4: run a virtual receptionist.
    VirtualReceptionist(BuildingBlockId),
    /// 5: run another FindMe.
    FindMe(BuildingBlockId),
    /// 6: run an IVR.
    Ivr(BuildingBlockId),
    /// 7: the last number tried gets the call, without screening.
    AcceptLastUnscreened,
}

impl<T, P, N> Action<T, P, N> {
    /// The same action with its texts, its pass-through data and its numbers turned into others: how a flow's templates
    /// become an answer.
    ///
    /// # Errors
    /// The first error of `text`, `pass` or `number`, in document order.
    pub fn try_map<U, Q, M, E>(
        &self,
        mut text: impl FnMut(&T) -> Result<U, E>,
        pass: impl FnOnce(&P) -> Result<Q, E>,
        mut number: impl FnMut(&N) -> Result<M, E>,
    ) -> Result<Action<U, Q, M>, E> {
        Ok(match self {
            Self::Ivr(ivr) => Action::Ivr(Ivr {
                spelling: ivr.spelling,
                id: ivr.id.clone(),
                question_id: ivr.question_id.clone(),
                user_parameters: ivr
                    .user_parameters
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), text(value)?)))
                    .collect::<Result<_, E>>()?,
                pass_through: pass(&ivr.pass_through)?,
            }),
            Self::FindMe(findme) => Action::FindMe(findme.try_map(text, number)?),
            Self::VirtualReceptionist { id } => Action::VirtualReceptionist { id: id.clone() },
            Self::Voicemail { id } => Action::Voicemail { id: id.clone() },
            Self::Hangup => Action::Hangup,
            Self::Transfer { destination } => Action::Transfer { destination: number(destination)? },
        })
    }
}

impl<T, N> FindMe<T, N> {
    fn try_map<U, M, E>(
        &self,
        mut text: impl FnMut(&T) -> Result<U, E>,
        number: impl FnMut(&N) -> Result<M, E>,
    ) -> Result<FindMe<U, M>, E> {
        Ok(FindMe {
            target: match &self.target {
                FindMeTarget::Id(id) => FindMeTarget::Id(id.clone()),
                FindMeTarget::PhoneList(list) => FindMeTarget::PhoneList(list.try_map(number)?),
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
            no_answer: self.no_answer.clone(),
            timeout_secs: self.timeout_secs,
        })
    }
}
