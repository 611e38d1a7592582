//! "One write verifies a PIN", checked in every order of events.
//!
//! A test tries the orders that its author thought of, and a property test tries random ones. Here, a model checker
//! ([stateright](https://docs.rs/stateright)) tries all of them, within bounds. It starts with a caller who has just
//! been enrolled. It does everything that can happen next, then everything that can happen after that, and so on. It
//! never visits a state twice. After each step it asks whether a rule was broken. If one was, it has the shortest list
//! of events that leads there.
//!
//! - `cast`: the PINs, calls, keys, functions and clocks.
//! - `protocol`: what can happen, and what it does.
//! - `request`: a guess in a function's hands, as `Store::attempt` of `crates/dynamodb` handles it.
//! - `database`: what the expressions of `crates/dynamodb` mean.
//! - `bridge`: the way to the code under test, core, which makes the tags and fingerprints and judges every attempt.
//! - `rules`: what must never happen, by a record of what really happened.
//! - `bounds`: how much happens in each model.
//!
//! The tests are in `kept` (the rules hold), `sabotage` (a protocol with a mistake is found out) and `limits` (what
//! Ringbolt does not promise).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "test code")]

mod bounds;
mod bridge;
mod cast;
mod database;
mod kept;
mod limits;
mod protocol;
mod request;
mod rules;
mod sabotage;

use bounds::Bounds;
use protocol::{Action, Protocol, State};
use rules::Rule;
use sabotage::Sabotage;
use stateright::{Checker, HasDiscoveries, Model, Property};
use std::{collections::BTreeSet, fmt};

const RULES: &str = "no rule is broken";

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.possible(state));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.after(state, &action))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(RULES, |_, state: &State| state.broken.is_empty())]
    }
}

/// What the checker found.
struct Found {
    states: usize,
    /// The kinds of answers that were given.
    answers: BTreeSet<&'static str>,
    /// The shortest way to a broken rule.
    violation: Option<Violation>,
}

/// The states on the way to a broken rule, each with what happened next.
struct Violation(Vec<(State, Option<Action>)>);

impl Violation {
    fn steps(&self) -> usize {
        self.0.len() - 1
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (state, action) in &self.0 {
            match action {
                Some(action @ (Action::Reaches { delivery, .. } | Action::RequestLost { delivery })) => {
                    let busy = &state.deliveries[*delivery];
                    writeln!(f, "  {action:?} of {:?} in {:?}: {:?}", busy.pin, busy.call, busy.request)?;
                }
                Some(action) => writeln!(f, "  {action:?}")?,
                None => write!(f, "broke {:?}: {state:?}", state.broken)?,
            }
        }
        Ok(())
    }
}

/// Visits every state of a model, or stops at the first broken rule.
fn explore(bounds: Bounds, rules: &'static [Rule], sabotage: Option<Sabotage>) -> Found {
    // With one thread the search is breadth-first, so that the way that it finds is the shortest.
    let model = Protocol::new(bounds, rules, sabotage);
    let checker = model.checker().threads(1).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    assert!(checker.is_done(), "every state was visited, or a rule was broken");
    let answers = checker.model().answers.lock().unwrap().clone();
    Found {
        states: checker.unique_state_count(),
        answers,
        violation: checker.discovery(RULES).map(|path| Violation(path.into_vec())),
    }
}

/// Expects that a rule is broken, and after how many events at the earliest.
fn expect_broken(bounds: Bounds, rule: &'static [Rule; 1], sabotage: Option<Sabotage>, steps: usize) {
    let found = explore(bounds, rule, sabotage);
    let Some(violation) = found.violation else {
        panic!("{sabotage:?} keeps {rule:?} in all {} states of {}", found.states, bounds.name);
    };
    println!("{} with {sabotage:?}, after {} states:\n{violation}", bounds.name, found.states);
    assert_eq!(violation.steps(), steps, "{sabotage:?}\n{violation}");
}
