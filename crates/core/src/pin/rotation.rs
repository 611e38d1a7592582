//! A PIN key in rotation: which of a caller's tags stand under the old key, and what they are under the new one.

use super::{keys::PinKey, tag::PinHasher, tag::PinTag};
use crate::identity::CallerId;
use std::collections::BTreeSet;

/// A PIN's tag under the old key, and the same PIN's under the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPair {
    /// Under the old key, as it stands in the item.
    pub old: PinTag,
    /// Under the new key.
    pub new: PinTag,
}

/// How far a caller's tags have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// PINs that stand under the old key alone: without it they would be wrong.
    pub old_only: Vec<TagPair>,
    /// PINs that stand under both.
    pub both: Vec<TagPair>,
    /// Tags under neither key, or that the old key does not open: of a key that was dropped too early, or not ours.
    pub foreign: usize,
}

impl PinHasher {
    /// Compares the tags of a caller's item with what they would be under `to`. No PIN needs to be known.
    #[must_use]
    pub fn standing(&self, caller: &CallerId, pins: &BTreeSet<String>, from: &PinKey, to: &PinKey) -> Standing {
        let mut standing = Standing::default();
        for text in pins {
            let key_id = PinTag::key_id(text);
            if key_id == Some(to.id()) {
                continue;
            }
            let new = if key_id == Some(from.id()) { self.reencrypt(caller, to, text) } else { None };
            let Some(new) = new else {
                standing.foreign += 1;
                continue;
            };
            let has_both = pins.contains(new.as_str());
            let pair = TagPair { old: PinTag::from_stored(text), new };
            if has_both { standing.both.push(pair) } else { standing.old_only.push(pair) }
        }
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{IdentifierForm, Realm, UserId},
        pin::{CallerPin, PinHash, PinKeys},
    };

    fn hasher(keys: &[(&str, char)]) -> PinHasher {
        let keys: serde_json::Map<_, _> =
            keys.iter().map(|(name, c)| ((*name).to_owned(), c.to_string().repeat(90).into())).collect();
        let keys = PinKeys::from_json(&serde_json::Value::Object(keys).to_string()).unwrap();
        PinHasher::new(keys, PinHash::Keyed)
    }

    #[test]
    fn a_pin_is_counted_by_the_keys_that_it_stands_under() {
        let ada = CallerId {
            realm: Realm::parse("demo").unwrap(),
            user: UserId::parse("ada", IdentifierForm::Text).unwrap(),
        };
        let enrol = |hasher: &PinHasher, pin: &str| -> Vec<String> {
            let tags = hasher.enrol(&ada, &CallerPin::parse(pin).unwrap()).unwrap();
            tags.iter().map(|tag| tag.as_str().to_owned()).collect()
        };
        let (before, during) = (hasher(&[("current", 'a')]), hasher(&[("current", 'a'), ("next", 'b')]));
        let (from, to) = (during.keys().current(), during.keys().all().nth(1).unwrap());
        let old = enrol(&before, "4711");
        let both = enrol(&during, "6093");
        let new = enrol(&hasher(&[("current", 'b')]), "815294");
        let lost = enrol(&hasher(&[("current", 'c')]), "5550");

        let pins = [old.clone(), both.clone(), new, lost, vec!["garbage".to_owned()]].concat().into_iter().collect();
        let standing = during.standing(&ada, &pins, from, to);
        assert_eq!(standing.old_only.len(), 1);
        assert_eq!(standing.old_only[0].old.as_str(), old[0]);
        assert_eq!(standing.old_only[0].new.as_str(), enrol(&during, "4711")[1]);
        assert_eq!(standing.both, [TagPair { old: PinTag::from_stored(&both[0]), new: PinTag::from_stored(&both[1]) }]);
        assert_eq!(standing.foreign, 2);
    }
}
