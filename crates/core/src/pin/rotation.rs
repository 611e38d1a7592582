//! A PIN key in rotation: which of a caller's tags are under the old key, and what they are under the new one.

use super::{PinHasher, keys::PinKey, tag::PinTag};
use crate::identity::CallerId;
use std::collections::BTreeSet;

/// A PIN's tag under the old key, and the same PIN's under the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPair {
    /// Under the old key, as the item has it.
    pub old: PinTag,
    /// Under the new key.
    pub new: PinTag,
}

/// A caller's tags, by the keys that they are under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsByKey {
    /// PINs under the old key only: without it they would be wrong.
    pub old_only: Vec<TagPair>,
    /// PINs under both keys.
    pub both: Vec<TagPair>,
    /// Tags under neither key, or that the old key does not open: their key was dropped too early, or they are not ours.
    pub foreign: usize,
}

impl PinHasher {
    /// Compares the tags of a caller's item with what they would be under `to`. No PIN needs to be known.
    #[must_use]
    pub fn tags_by_key(&self, caller: &CallerId, pins: &BTreeSet<String>, from: &PinKey, to: &PinKey) -> TagsByKey {
        let mut tags = TagsByKey::default();
        for text in pins {
            let key_id = PinTag::key_id(text);
            if key_id == Some(to.id()) {
                continue;
            }
            let new = if key_id == Some(from.id()) { self.reencrypt(caller, to, text) } else { None };
            let Some(new) = new else {
                tags.foreign += 1;
                continue;
            };
            let has_both = pins.contains(new.as_str());
            let pair = TagPair { old: PinTag::from_stored(text), new };
            if has_both { tags.both.push(pair) } else { tags.old_only.push(pair) }
        }
        tags
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
    fn a_pin_is_counted_by_the_keys_that_it_is_under() {
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
        let tags = during.tags_by_key(&ada, &pins, from, to);
        assert_eq!(tags.old_only.len(), 1);
        assert_eq!(tags.old_only[0].old.as_str(), old[0]);
        assert_eq!(tags.old_only[0].new.as_str(), enrol(&during, "4711")[1]);
        assert_eq!(tags.both, [TagPair { old: PinTag::from_stored(&both[0]), new: PinTag::from_stored(&both[1]) }]);
        assert_eq!(tags.foreign, 2);
    }
}
