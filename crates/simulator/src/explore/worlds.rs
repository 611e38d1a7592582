//! Worlds: everything that differs between calls before they begin. Times at which different lines are open, dialled and
//! calling numbers that the flow knows, SourceTrak's data, shares of splits.

use super::conditions::Written;
use super::invented::{self, NOBODY};
use crate::script::{DEFAULT_START, ScriptedCall, ScriptedCaller};
use crate::setting::{Provider, Setting, WixUser};
use ringbolt_core::flow::graph::{Graph, Place};
use ringbolt_core::flow::{Flow, IvrName, Position};
use ringbolt_core::time::EpochMs;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The most worlds of a flow.
const MOST: usize = 40;
/// The most times.
const MOST_TIMES: usize = 4;
const HOUR: Duration = Duration::from_secs(3600);

/// A world: how a call begins.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) begins: ScriptedCall,
}

impl World {
    /// The callers who are enrolled in it.
    #[must_use]
    pub fn callers(&self) -> &[ScriptedCaller] {
        &self.begins.callers
    }

    /// When its calls begin.
    #[must_use]
    pub fn at(&self) -> EpochMs {
        self.begins.starts_at
    }
}

/// The worlds of a flow, the plainest first. `given` are the callers of a file of scripted calls; without any, they are
/// invented. DialogTech and TwiML play the same IVRs, so TwiML is left out if DialogTech plays the flow.
#[must_use]
pub fn worlds(flow: &Arc<Flow>, given: &[ScriptedCaller]) -> Vec<World> {
    let all = Provider::of(flow);
    let twice = all.contains(&Provider::DialogTech);
    let providers: Vec<Provider> =
        all.into_iter().filter(|provider| !(twice && *provider == Provider::Twiml)).collect();
    worlds_on(&providers, flow, given)
}

/// The worlds of a flow on these providers, each of which can play it.
#[must_use]
pub fn worlds_on(providers: &[Provider], flow: &Arc<Flow>, given: &[ScriptedCaller]) -> Vec<World> {
    let written = Written::of(flow);
    let mut worlds = Vec::new();
    for provider in providers.iter().copied() {
        let Setting { from, dials, .. } = Setting::new(Arc::clone(flow), provider);
        let plain = ScriptedCall {
            name: "exploration".to_owned(),
            at: Position::default(),
            provider,
            provider_is_given: true,
            callers: invented::callers(flow, &written, given, &from),
            from,
            dials,
            starts_at: DEFAULT_START,
            begins: None,
            user: None,
            post: false,
            splits: Vec::new(),
            constants: Vec::new(),
            source: Vec::new(),
            label: String::new(),
            steps: Vec::new(),
        };
        match provider {
            Provider::DialogTech => of_ivrs(flow, &written, &plain, true, &mut worlds),
            // SourceTrak is DialogTech's.
            Provider::Twiml => of_ivrs(flow, &written, &plain, false, &mut worlds),
            Provider::WixAnswers => of_wix(flow, &plain, &mut worlds),
        }
    }
    worlds.truncate(MOST);
    worlds.into_iter().map(|begins| World { begins }).collect()
}

/// `has_source`: whether the provider sends SourceTrak's data.
fn of_ivrs(
    flow: &Arc<Flow>,
    written: &Written<'_>,
    plain: &ScriptedCall,
    has_source: bool,
    worlds: &mut Vec<ScriptedCall>,
) {
    let own = worlds.len();
    let entries: Vec<Option<IvrName>> = if flow.starts.is_some() {
        vec![None]
    } else {
        let entries = Graph::of(flow).entries.into_iter();
        entries.filter_map(|place| if let Place::Ivr(name) = place { Some(Some(name)) } else { None }).collect()
    };
    let mut dialled = vec![plain.dials.clone()];
    dialled.extend(["dnis", "ivr_number_called"].iter().flat_map(|part| written.numbers(flow, part)));
    let times = times(flow);
    for begins in entries {
        for starts_at in &times {
            for dials in &dialled {
                let (begins, dials) = (begins.clone(), dials.clone());
                worlds.push(ScriptedCall { begins, dials, starts_at: *starts_at, ..plain.clone() });
            }
        }
    }
    let first = worlds.get(own).cloned().unwrap_or_else(|| plain.clone());
    let dials = dialled.pop().unwrap_or_default();
    for from in ["ani", "ivr_caller_id"].iter().flat_map(|part| written.numbers(flow, part)) {
        worlds.push(ScriptedCall { from, dials: dials.clone(), ..first.clone() });
    }
    for condition in written.conditions.iter().filter(|condition| has_source && condition.mentions("source")) {
        let value = |part: &str| written.compared_with("source", part).into_iter().next();
        let field = |part: &str| (part.to_owned(), value(part).unwrap_or_else(|| "1".to_owned()));
        let source = condition.parts_of("source").map(field).collect();
        worlds.push(ScriptedCall { source, ..first.clone() });
    }
    for (name, split) in &flow.definitions.splits {
        for (share, _) in split.shares.iter().filter(|(_, percent)| *percent > 0) {
            worlds.push(ScriptedCall { splits: vec![(name.clone(), share.clone())], ..first.clone() });
        }
    }
}

fn of_wix(flow: &Flow, plain: &ScriptedCall, worlds: &mut Vec<ScriptedCall>) {
    let mut known: Vec<String> = plain.callers.iter().map(|caller| caller.user.clone()).take(4).collect();
    known.push(invented::user(flow, NOBODY));
    for (index, id) in known.iter().chain(known.first()).enumerate() {
        let banned = index == known.len();
        let user = Some(WixUser { id: id.clone(), banned, ..WixUser::default() });
        worlds.push(ScriptedCall { user, ..plain.clone() });
    }
}

/// Times at which different lines are open, the usual one first.
fn times(flow: &Flow) -> Vec<EpochMs> {
    let mut found: BTreeMap<Vec<bool>, EpochMs> = BTreeMap::new();
    let mut at = DEFAULT_START;
    for _ in 0..7 * 24 {
        let open = flow.definitions.hours.values().map(|calendar| calendar.is_open(at)).collect();
        found.entry(open).or_insert(at);
        at = at.plus(HOUR);
    }
    let mut times: Vec<EpochMs> = found.into_values().collect();
    times.sort();
    times.truncate(MOST_TIMES);
    times
}
