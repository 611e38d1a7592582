//! What a person can choose before they dial: numbers to dial, and who calls.

use crate::callers::Known;
use ringbolt_core::{
    call::{Results, begin},
    flow::{
        Flow, IvrName,
        graph::{Graph, Place},
        hours::Closures,
    },
    time::EpochMs,
};
use ringbolt_simulator::{Provider, Setting, WixUser};
use std::{collections::BTreeSet, sync::Arc};

/// The number that is dialled if the flow names none.
const USUAL: &str = "8005550123";

/// A number that can be dialled.
pub(super) struct Number {
    pub(super) number: String,
    /// Where it leads.
    pub(super) leads_to: String,
    /// Set if the flow doesn't say where calls begin.
    pub(super) begins: Option<IvrName>,
}

/// Somebody who can call.
pub(super) struct Caller {
    /// Their calling number.
    pub(super) from: String,
    /// Who they are; `None` for somebody unknown.
    pub(super) known: Option<Known>,
}

/// The numbers that lead somewhere in a flow: those that `starts` names, and the usual one. In a flow without `starts`,
/// each IVR at which a call can begin has a number of its own. Calls of Wix Answers begin at its PIN question.
pub(super) fn numbers(flow: &Flow, provider: Provider, now: EpochMs) -> Vec<Number> {
    if provider == Provider::WixAnswers {
        return vec![Number { number: USUAL.to_owned(), leads_to: "PIN question".to_owned(), begins: None }];
    }
    if flow.starts.is_none() {
        let entries = Graph::of(flow).entries;
        let names =
            entries.into_iter().filter_map(|place| if let Place::Ivr(name) = place { Some(name) } else { None });
        let numbered = names.zip(123..=199).map(|(name, line)| Number {
            number: format!("800555{line:04}"),
            leads_to: name.to_string(),
            begins: Some(name),
        });
        let numbers: Vec<Number> = numbered.collect();
        let none = || vec![Number { number: USUAL.to_owned(), leads_to: "the call".to_owned(), begins: None }];
        return if numbers.is_empty() { none() } else { numbers };
    }
    let conditions = flow.starts.iter().flat_map(|starts| starts.iter()).filter_map(|rule| rule.when.as_ref());
    let named: BTreeSet<String> = conditions.flat_map(|condition| ten_digits(condition.source())).collect();
    let all = std::iter::once(USUAL.to_owned()).chain(named.into_iter().filter(|number| number != USUAL));
    all.filter_map(|number| {
        let leads_to = begins_at(flow, &number, now)?.to_string();
        Some(Number { number, leads_to, begins: None })
    })
    .collect()
}

fn begins_at(flow: &Flow, number: &str, now: EpochMs) -> Option<IvrName> {
    let call = Results::nothing().with_neutral_call(Some(number), now);
    begin(flow, &call, &Arc::<Closures>::default(), now).ok().flatten().cloned()
}

/// Every run of exactly ten digits.
fn ten_digits(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| run.len() == 10).map(str::to_owned).collect()
}

/// Who can call: the enrolled callers, each with a number of their own, and somebody unknown.
pub(super) fn callers(known: &[Known], flow: &Flow, provider: Provider) -> Vec<Caller> {
    let fits = |caller: &&Known| caller.is_for(provider, flow.identifier);
    let numbered = known
        .iter()
        .filter(fits)
        .take(50)
        .enumerate()
        .map(|(index, caller)| Caller { from: format!("212555{:04}", 142 + index), known: Some(caller.clone()) });
    numbered.chain([Caller { from: "2125550199".to_owned(), known: None }]).collect()
}

/// A call as a person has chosen it.
pub(super) struct Chosen {
    pub(super) provider: Provider,
    pub(super) from: String,
    pub(super) dials: String,
    pub(super) user: Option<String>,
}

impl Chosen {
    /// The call's setting.
    pub(super) fn setting(
        &self,
        flow: Arc<Flow>,
        known: &[Known],
        call_id: String,
        token: &str,
        now: EpochMs,
    ) -> Setting {
        let begins = numbers(&flow, self.provider, now).into_iter().find(|number| number.number == self.dials);
        let user = self.user.as_ref().map(|id| {
            let first_name = known.iter().find(|caller| caller.user == *id).map(|caller| caller.first_name.clone());
            WixUser { id: id.clone(), first_name, ..WixUser::default() }
        });
        Setting {
            from: self.from.clone(),
            dials: self.dials.clone(),
            begins: begins.and_then(|number| number.begins),
            user,
            call_id,
            token: token.to_owned(),
            ..Setting::new(flow, self.provider)
        }
    }
}
