//! What is measured, in which order.
//!
//! The subjects of a group take turns, so that whatever else the machine does falls on all of them. Each round begins with
//! another one. The auth webhook has two turns: how far apart they are is the noise.

use crate::{
    instructions::{self, Instructions},
    measure::{Case, Sample, measure},
    options::Options,
    proxy::Delays,
    share::{Preferred, Share},
    subject::{Kind, Setup},
    world::{Footprint, World},
};
use anyhow::Result;
use ringbolt_core::pin::PinHash;
use std::collections::BTreeMap;

/// Subjects that are compared.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name in tables, and for `--only`.
    pub name: &'static str,
    /// A sentence for the tables.
    pub about: &'static str,
    /// How PINs are hashed.
    pub hash: PinHash,
    /// Where the functions have their secrets. Peers have them in the environment.
    pub setup: Setup,
    /// The memory sizes, one after another.
    pub memories_mb: Vec<u32>,
    /// Whether replies are held.
    pub is_delayed: bool,
    /// The subjects. The second turn of the same one is the noise.
    pub kinds: Vec<Kind>,
    /// Requests after the first one.
    pub requests: usize,
    /// How often each has its turn.
    pub rounds: usize,
    /// Whether instructions are counted, and nothing else is measured.
    pub is_counted: bool,
}

/// One turn of a subject in a group: the group, the memory size, the subject, and whether it is its second turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The group's name.
    pub group: &'static str,
    /// The memory size.
    pub memory_mb: u32,
    /// The subject.
    pub kind: Kind,
    /// 0, or 1 for the second turn.
    pub turn: usize,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Results {
    /// The groups that were wanted.
    pub groups: Vec<Group>,
    /// The samples, one a round.
    pub samples: BTreeMap<Key, Vec<Sample>>,
    /// What a request writes beyond a unit for each write.
    pub more_units: BTreeMap<Kind, f64>,
    /// The instructions of each subject.
    pub instructions: BTreeMap<Kind, Instructions>,
    /// Why instructions were not counted.
    pub without_instructions: Option<String>,
    /// Why the shares of a processor were not applied.
    pub without_shares: Option<String>,
}

impl Results {
    /// A figure of a turn, taken over its rounds: by [`crate::figures::median`], or by another function.
    #[must_use]
    pub fn over(&self, key: Key, rounds: fn(&[f64]) -> f64, of: impl Fn(&Sample) -> f64) -> Option<f64> {
        let values: Vec<f64> = self.samples.get(&key)?.iter().map(of).collect();
        Some(rounds(&values))
    }
}

/// The groups of a run.
#[must_use]
pub fn groups(short: bool) -> Vec<Group> {
    let few = |long: usize, in_short: usize| if short { in_short } else { long };
    let beside = vec![Kind::Auth, Kind::NaiveRust, Kind::Auth, Kind::RawRust, Kind::Node, Kind::Python];
    let keyed = Group {
        name: "keyed",
        about: "keyed hash, secrets in the environment, flow in a file",
        hash: PinHash::Keyed,
        setup: Setup::Environment,
        memories_mb: vec![512],
        is_delayed: true,
        kinds: beside.clone(),
        requests: few(200, 100),
        rounds: few(5, 3),
        is_counted: false,
    };
    let shares = Group {
        name: "shares",
        about: "the same at other memory sizes",
        memories_mb: if short { vec![128] } else { vec![128, 256, 1769] },
        requests: few(40, 10),
        rounds: few(3, 1),
        ..keyed.clone()
    };
    let functions = Group {
        name: "functions",
        about: "all functions, keyed hash, secrets in the environment, flow in a file",
        memories_mb: if short { vec![512] } else { vec![512, 128] },
        kinds: Kind::OURS.to_vec(),
        requests: few(200, 60),
        rounds: few(3, 1),
        ..keyed.clone()
    };
    let deployed_keyed = Group {
        name: "deployed-keyed",
        about: "keyed hash, secrets from Secrets Manager, flow from the table; peers have secrets in the environment",
        setup: Setup::Deployed,
        kinds: vec![Kind::Auth, Kind::NaiveRust, Kind::Auth],
        requests: few(40, 10),
        rounds: few(5, 3),
        ..keyed.clone()
    };
    let deployed = Group {
        name: "deployed",
        about: "as shipped: Argon2id, secrets from Secrets Manager, flow from the table",
        hash: PinHash::default(),
        kinds: vec![Kind::Auth, Kind::NaiveRust, Kind::Auth, Kind::Node, Kind::Python],
        requests: few(60, 15),
        rounds: few(3, 1),
        ..deployed_keyed.clone()
    };
    let deployed_functions = Group {
        name: "deployed-functions",
        about: "all functions as shipped",
        kinds: Kind::OURS.to_vec(),
        requests: few(30, 5),
        rounds: few(2, 1),
        ..deployed.clone()
    };
    let memory = Group {
        name: "memory",
        about: "thousands of requests without delay, keyed hash, secrets in the environment",
        memories_mb: vec![1769],
        is_delayed: false,
        kinds: vec![Kind::Auth, Kind::NaiveRust, Kind::Node, Kind::Python],
        requests: few(5000, 500),
        rounds: few(2, 1),
        ..keyed.clone()
    };
    let instructions = Group {
        name: "instructions",
        about: "instructions in user space, keyed hash, secrets in the environment",
        is_delayed: false,
        kinds: Kind::OURS.into_iter().chain([Kind::NaiveRust, Kind::RawRust]).collect(),
        requests: few(100, 50),
        rounds: 1,
        is_counted: true,
        ..keyed.clone()
    };
    vec![keyed, shares, functions, deployed_keyed, deployed, deployed_functions, memory, instructions]
}

/// Measures what the options want.
///
/// # Errors
/// A subject does not start, or does not answer as it should.
pub async fn run(options: &Options) -> Result<Results> {
    let _preferred = Preferred::new();
    let mut results = Results::default();
    for mut group in groups(options.short) {
        group.kinds.retain(|kind| options.wants(group.name, *kind) && kind.program(options).is_some());
        if !options.memory.is_empty() {
            group.memories_mb.clone_from(&options.memory);
        }
        // It takes as long as the rest of a short run.
        let is_left_out = group.is_counted && options.short && !options.only.iter().any(|name| name == group.name);
        if group.kinds.is_empty() || is_left_out {
            continue;
        }
        if group.is_counted {
            count_group(&group, options, &mut results).await?;
        } else {
            measure_group(&group, options, &mut results).await?;
            results.groups.push(group);
        }
    }
    Ok(results)
}

async fn count_group(group: &Group, options: &Options, results: &mut Results) -> Result<()> {
    if !instructions::is_possible() {
        results.without_instructions = Some("valgrind is not installed".to_owned());
        return Ok(());
    }
    let world = World::new(group.hash, options).await?;
    world.proxy.set(Delays::default());
    for &kind in &group.kinds {
        eprintln!("{}, {}", group.name, kind.name());
        let case = Case { kind, setup: group.setup, memory_mb: group.memories_mb[0], requests: group.requests };
        results.instructions.insert(kind, instructions::count(case, &world, options).await?);
    }
    Ok(())
}

async fn measure_group(group: &Group, options: &Options, results: &mut Results) -> Result<()> {
    // A world for each group, so that none reads tables that another one filled.
    let world = World::new(group.hash, options).await?;
    if !group.is_delayed {
        world.proxy.set(Delays::default());
    }
    for &memory_mb in &group.memories_mb {
        let share = match Share::of(memory_mb) {
            Ok(share) => Some(share),
            Err(error) => {
                results.without_shares = Some(error.to_string());
                None
            }
        };
        for round in 0..group.rounds {
            eprintln!("{}, {memory_mb} MB, round {} of {}", group.name, round + 1, group.rounds);
            for (turn, kind) in turns(&group.kinds, round) {
                // Peers have no secrets elsewhere.
                let case = Case { kind, setup: group.setup, memory_mb, requests: group.requests };
                let is_first = round == 0 && turn == 0 && !results.more_units.contains_key(&kind);
                let before = if is_first { world.footprint().await? } else { Footprint::default() };
                let sample = measure(case, share.as_ref(), &world, options).await?;
                if is_first {
                    let more = world.footprint().await?.more_units - before.more_units;
                    let requests = u32::try_from(group.requests + 1)?;
                    results.more_units.insert(kind, f64::from(u32::try_from(more)?) / f64::from(requests));
                }
                let key = Key { group: group.name, memory_mb, kind, turn };
                results.samples.entry(key).or_default().push(sample);
            }
        }
    }
    Ok(())
}

/// The subjects in the order of a round, each with the number of its turn.
fn turns(kinds: &[Kind], round: usize) -> Vec<(usize, Kind)> {
    let turn = |at: usize| kinds[..at].iter().filter(|kind| **kind == kinds[at]).count();
    let mut turns: Vec<(usize, Kind)> = (0..kinds.len()).map(|at| (turn(at), kinds[at])).collect();
    turns.rotate_left(round % kinds.len());
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_begins_with_another_subject() {
        let kinds = [Kind::Auth, Kind::NaiveRust, Kind::Auth];
        assert_eq!(turns(&kinds, 0), [(0, Kind::Auth), (0, Kind::NaiveRust), (1, Kind::Auth)]);
        assert_eq!(turns(&kinds, 1), [(0, Kind::NaiveRust), (1, Kind::Auth), (0, Kind::Auth)]);
        assert_eq!(turns(&kinds, 3), turns(&kinds, 0));
    }

    #[test]
    fn groups_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = groups(false).iter().map(|group| group.name).collect();
        assert_eq!(names.len(), groups(true).len());
        assert!(Kind::all().all(|kind| !names.contains(kind.name())));
    }
}
