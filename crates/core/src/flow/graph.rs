//! A flow as a graph: IVRs and ends of a call as places, what leads from one to another as edges. It is what `ringbolt
//! flow graph` draws and what the [proof](super::proof) walks.

use super::{Condition, DialogTech, FallbackAction, Flow, FlowAction, Rules, Step, VerifyPin, WixAnswers};
use crate::dialogtech::action::{Action, FindMe, FindMeTarget, NoAnswer};
use crate::dialogtech::number::BuildingBlockId;
use crate::flow::Destination;
use crate::wix_answers::reply::Reply;
use std::fmt;

/// Where a call can be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The auth webhook of Wix Answers, where a PIN was keyed.
    AuthWebhook,
    /// An IVR of DialogTech that the flow knows.
    Ivr(BuildingBlockId),
    /// The end of the part that this flow decides.
    End(End),
}

/// How the part of a call that a flow decides ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The call is over.
    HangUp,
    /// It is transferred to a number, or to one that a template names.
    Transfer(String),
    /// People are rung: the numbers, or a FindMe of the portal.
    FindMe(String),
    /// A message is taken.
    Voicemail(BuildingBlockId),
    /// A virtual receptionist of the portal takes it.
    VirtualReceptionist(BuildingBlockId),
    /// An IVR of the portal that this flow says nothing about.
    OtherIvr(BuildingBlockId),
    /// An IVR of Wix Answers.
    WixIvr(String),
    /// A text is read, and the portal says what follows.
    Say,
}

/// A step from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// From here.
    pub from: Place,
    /// To there.
    pub to: Place,
    /// The outcome of the PIN question, where there was one: `wrong`.
    pub outcome: Option<&'static str>,
    /// The condition, where there is one, as the flow has it; `otherwise` after conditions.
    pub when: Option<String>,
    /// Whether it is taken only if nobody answers a FindMe.
    pub unless_answered: bool,
    /// Whether it may be taken while nobody keys or answers anything.
    pub in_silence: bool,
}

/// A flow as a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Where calls come in from the provider: the auth webhook, and every IVR of the flow, by id.
    pub starts: Vec<Place>,
    /// Which of the IVRs ask for a PIN, by id.
    pub asks_for_pin: Vec<BuildingBlockId>,
    /// Where DialogTech's fallback leads. Any step can be answered with it, when something fails on our side.
    pub fallback: Vec<Place>,
    /// What leads where, in the order of [`Graph::starts`] and of the rules.
    pub edges: Vec<Edge>,
}

/// The outcomes of a PIN question after which a caller has no tries left.
pub(super) const OUT_OF_TRIES: [&str; 2] = ["too_many_attempts", "locked"];

/// The outcomes for a caller who keys nothing: silence uses up the call's tries.
const OF_SILENCE: [&str; 2] = ["unanswered", "too_many_attempts"];

/// What an edge leads to.
#[derive(Clone)]
struct Target {
    to: Place,
    unless_answered: bool,
    in_silence: bool,
}

impl Target {
    fn always(to: Place) -> Self {
        Self { to, unless_answered: false, in_silence: true }
    }
}

impl Graph {
    /// The graph of a flow.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let mut graph = Self::default();
        if let Some(wix) = &flow.wix_answers {
            graph.wix_answers(wix, &flow.fallback.wix_answers);
        }
        if let Some(dialect) = &flow.dialogtech {
            graph.dialogtech(dialect, &flow.fallback.dialogtech);
        }
        graph
    }

    pub(super) fn dialogtech(&mut self, dialect: &DialogTech, fallback: &FallbackAction) {
        let fallback = targets(fallback, dialect, |number| number.as_str().to_owned());
        self.fallback.extend(fallback.iter().map(|target| target.to.clone()));
        for (id, step) in &dialect.ivrs {
            let from = Place::Ivr(id.clone());
            self.starts.push(from.clone());
            match step {
                Step::Say(_) => self.edge(&from, Target::always(Place::End(End::Say)), None, None),
                Step::Do(rules) => self.rules(&from, rules, None, &fallback, |action| of_action(action, dialect)),
                Step::VerifyPin(verify) => {
                    self.asks_for_pin.push(id.clone());
                    for (outcome, rules) in outcomes(verify) {
                        match rules {
                            Some(rules) => {
                                self.rules(&from, rules, Some(outcome), &fallback, |action| of_action(action, dialect));
                            }
                            None => {
                                for target in &fallback {
                                    let in_silence = target.in_silence && OF_SILENCE.contains(&outcome);
                                    self.edge(&from, Target { in_silence, ..target.clone() }, Some(outcome), None);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn wix_answers(&mut self, wix: &WixAnswers, fallback: &Reply) {
        let from = Place::AuthWebhook;
        self.starts.push(from.clone());
        let fallback = vec![of_reply(fallback)];
        let outcomes = [
            ("success", &wix.success),
            ("failure", &wix.failure),
            ("locked", &wix.locked),
            ("unknown", &wix.unknown),
            ("banned", &wix.banned),
        ];
        for (outcome, rules) in outcomes {
            self.rules(&from, rules, Some(outcome), &fallback, |reply| vec![of_reply(reply)]);
        }
    }

    fn rules<T>(
        &mut self,
        from: &Place,
        rules: &Rules<T>,
        outcome: Option<&'static str>,
        fallback: &[Target],
        targets: impl Fn(&T) -> Vec<Target>,
    ) {
        let otherwise = || (rules.iter().len() > 1).then(|| "otherwise".to_owned());
        let mut silence_goes_on = outcome.is_none_or(|outcome| OF_SILENCE.contains(&outcome));
        for rule in rules.in_reach() {
            let of_silence = rule.when.as_ref().map_or(Some(true), Condition::of_silence);
            let in_silence = silence_goes_on && of_silence != Some(false);
            silence_goes_on &= of_silence != Some(true);
            let when = rule.when.as_ref().map(|condition| condition.source().trim().to_owned()).or_else(otherwise);
            for target in targets(&rule.then) {
                let in_silence = in_silence && target.in_silence;
                self.edge(from, Target { in_silence, ..target }, outcome, when.clone());
            }
        }
        if !rules.is_exhaustive() {
            for target in fallback {
                let in_silence = silence_goes_on && target.in_silence;
                self.edge(from, Target { in_silence, ..target.clone() }, outcome, Some("no rule holds".to_owned()));
            }
        }
    }

    fn edge(&mut self, from: &Place, target: Target, outcome: Option<&'static str>, when: Option<String>) {
        let Target { to, unless_answered, in_silence } = target;
        self.edges.push(Edge { from: from.clone(), to, outcome, when, unless_answered, in_silence });
    }

    /// What leads away from a place.
    pub fn from<'g>(&'g self, place: &'g Place) -> impl Iterator<Item = &'g Edge> {
        self.edges.iter().filter(move |edge| edge.from == *place)
    }
}

fn outcomes(verify: &VerifyPin) -> [(&'static str, Option<&Rules<FlowAction>>); 6] {
    [
        ("verified", Some(&verify.verified)),
        ("wrong", Some(&verify.wrong)),
        ("too_many_attempts", verify.on_too_many_attempts()),
        ("locked", verify.on_locked()),
        ("unknown", Some(verify.on_unknown())),
        ("unanswered", Some(verify.on_unanswered())),
    ]
}

fn of_reply(reply: &Reply) -> Target {
    let end = match reply {
        Reply::Redirect(ivr) => End::WixIvr(ivr.as_str().to_owned()),
        Reply::Disconnect => End::HangUp,
    };
    Target::always(Place::End(end))
}

fn of_action(action: &FlowAction, dialect: &DialogTech) -> Vec<Target> {
    targets(action, dialect, |destination| match destination {
        Destination::Fixed(number) => number.as_str().to_owned(),
        Destination::Template(template) => template.source().trim().to_owned(),
    })
}

/// Where an action leads, and whether only if nobody answers.
fn targets<T, P, N>(action: &Action<T, P, N>, dialect: &DialogTech, number: impl Fn(&N) -> String) -> Vec<Target> {
    let ivr = |id: &BuildingBlockId| match dialect.ivrs.contains_key(id) {
        true => Place::Ivr(id.clone()),
        false => Place::End(End::OtherIvr(id.clone())),
    };
    let end = |end: End| vec![Target::always(Place::End(end))];
    match action {
        Action::Ivr(next) => vec![Target::always(ivr(&next.id))],
        Action::FindMe(FindMe { target, no_answer, .. }) => {
            let whom = match target {
                FindMeTarget::Id(id) => format!("FindMe {id}"),
                FindMeTarget::PhoneList(list) => list.numbers().iter().map(number).collect::<Vec<_>>().join(", "),
            };
            let otherwise = match no_answer {
                Some(NoAnswer::Ivr(id)) => Some(ivr(id)),
                Some(NoAnswer::Voicemail(id)) => Some(Place::End(End::Voicemail(id.clone()))),
                Some(NoAnswer::VirtualReceptionist(id)) => Some(Place::End(End::VirtualReceptionist(id.clone()))),
                Some(NoAnswer::FindMe(id)) => Some(Place::End(End::FindMe(format!("FindMe {id}")))),
                Some(NoAnswer::Disconnect) => Some(Place::End(End::HangUp)),
                Some(NoAnswer::AcceptLast | NoAnswer::AcceptLastUnscreened) | None => None,
            };
            let answered = Target { in_silence: otherwise.is_none(), ..Target::always(Place::End(End::FindMe(whom))) };
            let otherwise = otherwise.map(|to| Target { unless_answered: true, ..Target::always(to) });
            [answered].into_iter().chain(otherwise).collect()
        }
        Action::VirtualReceptionist { id } => end(End::VirtualReceptionist(id.clone())),
        Action::Voicemail { id } => end(End::Voicemail(id.clone())),
        Action::Hangup => end(End::HangUp),
        Action::Transfer { destination } => end(End::Transfer(number(destination))),
    }
}

/// What is written into its box.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthWebhook => f.write_str("PIN keyed (Wix Answers)"),
            Self::Ivr(id) => write!(f, "IVR {id}"),
            Self::End(end) => end.fmt(f),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HangUp => f.write_str("hang up"),
            Self::Transfer(to) => write!(f, "transfer to {to}"),
            Self::FindMe(whom) => write!(f, "ring {whom}"),
            Self::Voicemail(id) => write!(f, "voicemail {id}"),
            Self::VirtualReceptionist(id) => write!(f, "virtual receptionist {id}"),
            Self::OtherIvr(id) => write!(f, "IVR {id} (not in this flow)"),
            Self::WixIvr(guid) => write!(f, "IVR {guid}"),
            Self::Say => f.write_str("text read to the caller"),
        }
    }
}

/// What is written beside its arrow.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<&str> = self.outcome.into_iter().chain(self.when.as_deref()).collect();
        if self.unless_answered {
            parts.push("nobody answers");
        }
        f.write_str(&parts.join(", "))
    }
}
