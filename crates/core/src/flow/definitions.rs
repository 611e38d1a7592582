//! What a flow defines by name, for its conditions and texts: opening hours, splits, lists of numbers, tables, constants.

mod table;

pub use table::{Row, Table};

use super::hours::Calendar;
use crate::ani::Ani;
use minijinja::{Value, value::ValueKind};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a flow defines by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// `hours`: asked with `open("support")`.
    pub hours: BTreeMap<String, Calendar>,
    /// `split`: asked with `split("pilot")`.
    pub splits: BTreeMap<String, Split>,
    /// `numbers`: asked with `listed("vips", call.ivr_caller_id)`.
    pub numbers: BTreeMap<String, NumberList>,
    /// `tables`: asked with `lookup("jobs", answers.job).site`.
    pub tables: BTreeMap<String, Table>,
    /// `constants`: `flow.company`. Each is a text, a number, or true or false.
    pub constants: BTreeMap<String, Value>,
    /// Names whose definitions cannot be read. They are reported once, where they are defined: for whatever asks for
    /// them, they are defined.
    pub(super) broken: BTreeSet<(Section, String)>,
    /// Sections of which not even the names can be read: any name may be in them.
    pub(super) broken_sections: BTreeSet<Section>,
}

/// A section of a flow that defines things by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// `hours`
    Hours,
    /// `split`
    Split,
    /// `numbers`
    Numbers,
    /// `tables`
    Tables,
    /// `constants`
    Constants,
}

impl Section {
    /// Its key in the flow file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Split => "split",
            Self::Numbers => "numbers",
            Self::Tables => "tables",
            Self::Constants => "constants",
        }
    }
}

impl Definitions {
    /// Whether the flow defines this name in this section, if only by a definition that cannot be read.
    #[must_use]
    pub fn defines(&self, section: Section, name: &str) -> bool {
        self.broken_sections.contains(&section) || self.names(section).contains(&name)
    }

    /// The same with another value for a constant, of the same type as its own; `None` if there is no such constant or the
    /// text isn't of that type.
    #[must_use]
    pub fn with_constant(&self, name: &str, text: &str) -> Option<Self> {
        let mut changed = self.clone();
        let constant = changed.constants.get_mut(name)?;
        *constant = match constant.kind() {
            ValueKind::Number => match text.parse::<i64>() {
                Ok(number) => Value::from(number),
                Err(_) => Value::from(text.parse::<f64>().ok()?),
            },
            ValueKind::Bool => Value::from(text.parse::<bool>().ok()?),
            _ => Value::from(text),
        };
        Some(changed)
    }

    /// The names that the flow defines in a section, with those whose definitions cannot be read.
    #[must_use]
    pub fn names(&self, section: Section) -> Vec<&str> {
        let mut names: Vec<&str> = match section {
            Section::Hours => self.hours.keys().map(String::as_str).collect(),
            Section::Split => self.splits.keys().map(String::as_str).collect(),
            Section::Numbers => self.numbers.keys().map(String::as_str).collect(),
            Section::Tables => self.tables.keys().map(String::as_str).collect(),
            Section::Constants => self.constants.keys().map(String::as_str).collect(),
        };
        let broken = self.broken.iter().filter(|(of, _)| *of == section);
        names.extend(broken.map(|(_, name)| name.as_str()));
        names
    }
}

/// Shares of calls. A call keeps its share for its whole life, wherever the flow asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The names of the shares and their percentages, in the file's order; 100 together.
    pub shares: Vec<(String, u8)>,
}

/// Telephone numbers under a name, each in the canonical form of [`Ani`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberList {
    /// A number is in it, or not.
    Set(BTreeSet<String>),
    /// A number stands for a text: a tenant, a language.
    Map(BTreeMap<String, String>),
}

impl Split {
    /// The share of a call, by its id. The same id always falls into the same share; all calls without an id share one.
    #[must_use]
    pub fn share(&self, name: &str, call_id: &str) -> &str {
        let digest = Sha256::new().chain_update(name).chain_update([0]).chain_update(call_id).finalize();
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let mut rest = u8::try_from(number % 100).unwrap_or_default();
        for (share, percent) in &self.shares {
            if rest < *percent {
                return share;
            }
            rest -= percent;
        }
        ""
    }
}

impl NumberList {
    /// What the list says about a number: true or false, or the text, or nothing for one that it does not have.
    pub(super) fn look_up(&self, number: &str) -> Value {
        let number = Ani::parse(Some(number));
        match self {
            Self::Set(numbers) => Value::from(numbers.contains(number.as_str())),
            Self::Map(texts) => texts.get(number.as_str()).map_or(Value::UNDEFINED, |text| Value::from(text.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_stable_for_a_call_and_near_their_percentages() {
        let split = Split { shares: vec![("new".to_owned(), 20), ("never".to_owned(), 0), ("old".to_owned(), 80)] };
        let new = (0..10_000).filter(|call| split.share("pilot", &format!("s-{call}")) == "new").count();
        // Seven standard deviations: the digest is fixed, so this either always holds or never.
        assert!((1720..2280).contains(&new), "{new} of 10,000");
        let shares: Vec<_> = (0..100).map(|call| split.share("pilot", &call.to_string()).to_owned()).collect();
        let again: Vec<_> = (0..100).map(|call| split.share("pilot", &call.to_string()).to_owned()).collect();
        assert_eq!(shares, again);
        assert!(!shares.contains(&"never".to_owned()) && !shares.contains(&String::new()));
        let other: Vec<_> = (0..100).map(|call| split.share("other", &call.to_string()).to_owned()).collect();
        assert_ne!(shares, other, "two splits are independent");
        let all = Split { shares: vec![("all".to_owned(), 100)] };
        assert!((0..1000).all(|call| all.share("x", &call.to_string()) == "all"));
    }

    #[test]
    fn a_number_is_found_in_every_spelling() {
        let set = NumberList::Set(BTreeSet::from(["2125550101".to_owned()]));
        let map = NumberList::Map(BTreeMap::from([("8005550110".to_owned(), "acme".to_owned())]));
        for given in ["2125550101", "+1 (212) 555-0101", "12125550101", "0012125550101"] {
            assert_eq!(set.look_up(given), Value::from(true), "{given}");
        }
        for given in ["", "anonymous", "2125550102", "withheld"] {
            assert_eq!(set.look_up(given), Value::from(false), "{given}");
        }
        assert_eq!(map.look_up("+18005550110"), Value::from("acme"));
        assert!(map.look_up("8005550111").is_undefined());
    }

    #[test]
    fn a_broken_definition_is_a_name_that_the_flow_defines() {
        let definitions = Definitions {
            constants: BTreeMap::from([("company".to_owned(), Value::from("Acme"))]),
            broken: BTreeSet::from([(Section::Hours, "support".to_owned())]),
            broken_sections: BTreeSet::from([Section::Tables]),
            ..Definitions::default()
        };
        for (section, name, defined) in [
            (Section::Hours, "support", true),
            (Section::Hours, "suport", false),
            (Section::Split, "support", false),
            (Section::Tables, "any", true),
            (Section::Constants, "company", true),
        ] {
            assert_eq!(definitions.defines(section, name), defined, "{} {name}", section.key());
        }
        assert_eq!(definitions.names(Section::Hours), ["support"]);
    }
}
