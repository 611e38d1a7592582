//! The tag of a PIN: `AES-SIV(key, stretched PIN, associated data = realm, user)`.
//!
//! It is deterministic, so that a guess addresses its own place in the caller's item before anything was read, and
//! encrypted, so that a stolen table reveals no PIN and the key can be changed without knowing one.

use super::{
    caller_pin::Guess,
    hash::{HashFailed, PinHash, Stretched},
    keys::{PinKey, PinKeys},
};
use crate::identity::CallerId;
use aes_siv::{KeyInit as _, siv::Aes256Siv};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    fmt,
};
use zeroize::Zeroizing;

/// The name under which a PIN stands in a caller's `pins`: `<key id>.<hash>.<ciphertext>`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PinTag(String);

impl PinTag {
    /// The tag as the table has it. Encrypted, yet not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A tag out of a caller's item, such as one that is to be removed.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id of the key it was made with, where the text is a tag at all.
    #[must_use]
    pub fn key_id(text: &str) -> Option<&str> {
        text.split('.').next().filter(|id| id.len() == 8)
    }

    /// How many PINs these tags stand for: a PIN has one under each key. One that was enrolled again after the hash was
    /// changed counts twice until an attempt brings it up to date.
    #[must_use]
    pub fn count_pins<'a>(tags: impl IntoIterator<Item = &'a str>) -> usize {
        let mut by_hash: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for tag in tags {
            let mut parts = tag.split('.');
            let (key, hash) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            *by_hash.entry(hash).or_default().entry(key).or_default() += 1;
        }
        by_hash.values().filter_map(|by_key| by_key.values().max()).sum()
    }

    fn hash(text: &str) -> Option<PinHash> {
        PinHash::parse(text.split('.').nth(1)?)
    }
}

impl fmt::Debug for PinTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinTag([redacted])")
    }
}

/// Makes tags.
#[derive(Clone, Debug)]
pub struct PinHasher {
    keys: PinKeys,
    hash: PinHash,
}

impl PinHasher {
    /// A hasher with these keys, and this hash for new tags.
    #[must_use]
    pub fn new(keys: PinKeys, hash: PinHash) -> Self {
        Self { keys, hash }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &PinKeys {
        &self.keys
    }

    /// Turns a guess into the tag that it would have. Costs the same for known and unknown callers, and with Argon2id
    /// tens of milliseconds of CPU: not for an event loop.
    ///
    /// # Errors
    /// [`HashFailed`] where Argon2 had not enough memory.
    pub fn prepare(&self, caller: &CallerId, guess: &Guess) -> Result<Prepared, HashFailed> {
        let stretched = self.hash.stretch(caller, guess)?;
        let tag = tag(self.keys.current(), self.hash, caller, &stretched);
        Ok(Prepared { caller: caller.clone(), guess: guess.clone(), stretched, hash: self.hash, tag })
    }

    /// The tags to write when a PIN is enrolled: one under each key, so that a rotation under way misses nobody.
    ///
    /// # Errors
    /// [`HashFailed`] where Argon2 had not enough memory.
    pub fn enrol(&self, caller: &CallerId, pin: &super::CallerPin) -> Result<Vec<PinTag>, HashFailed> {
        let stretched = self.hash.stretch(caller, &Guess::from(pin))?;
        Ok(self.keys.all().map(|key| tag(key, self.hash, caller, &stretched)).collect())
    }

    /// Looks for the guess among tags that were made with another key or other parameters: the one to replace, where
    /// the guess is right. The caller's attempt has been counted by then.
    ///
    /// # Errors
    /// [`HashFailed`] where Argon2 had not enough memory.
    pub fn find_outdated<'a>(
        &self,
        prepared: &Prepared,
        tags: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<&'a str>, HashFailed> {
        for text in tags {
            let (Some(key_id), Some(hash)) = (PinTag::key_id(text), PinTag::hash(text)) else { continue };
            let Some(key) = self.keys.all().find(|key| key.id() == key_id) else { continue };
            if hash == prepared.hash {
                if key.id() != self.keys.current().id()
                    && tag(key, hash, &prepared.caller, &prepared.stretched).0 == text
                {
                    return Ok(Some(text));
                }
            } else {
                let stretched = hash.stretch(&prepared.caller, &prepared.guess)?;
                if tag(key, hash, &prepared.caller, &stretched).0 == text {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    /// All tags of a PIN among these, under whatever key and hash. One under a key that is not among ours cannot be told.
    ///
    /// # Errors
    /// [`HashFailed`] where Argon2 had not enough memory.
    pub fn find_all<'a>(
        &self,
        caller: &CallerId,
        pin: &super::CallerPin,
        tags: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<&'a str>, HashFailed> {
        let guess = Guess::from(pin);
        let mut stretched: HashMap<PinHash, Stretched> = HashMap::new();
        let mut found = Vec::new();
        for text in tags {
            let (Some(key_id), Some(hash)) = (PinTag::key_id(text), PinTag::hash(text)) else { continue };
            let Some(key) = self.keys.all().find(|key| key.id() == key_id) else { continue };
            let stretched = match stretched.entry(hash) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => free.insert(hash.stretch(caller, &guess)?),
            };
            if tag(key, hash, caller, stretched).0 == text {
                found.push(text);
            }
        }
        Ok(found)
    }

    /// The same tag under the current key: how a key is rotated without knowing a PIN. `None` where the tag is none, is
    /// of a key that is not among ours, or belongs to another caller.
    #[must_use]
    pub fn reencrypt(&self, caller: &CallerId, to: &PinKey, text: &str) -> Option<PinTag> {
        let mut parts = text.splitn(3, '.');
        let (key_id, hash, sealed) = (parts.next()?, PinHash::parse(parts.next()?)?, parts.next()?);
        let from = self.keys.all().find(|key| key.id() == key_id)?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let opened = Aes256Siv::new(from.tag_key().into()).decrypt(associated(caller), &sealed).ok()?;
        let mut stretched = Zeroizing::new([0; 32]);
        if opened.len() != stretched.len() {
            return None;
        }
        stretched.copy_from_slice(&Zeroizing::new(opened));
        Some(tag(to, hash, caller, &stretched))
    }
}

/// A guess, ready to be put to the database.
#[derive(Clone)]
pub struct Prepared {
    caller: CallerId,
    guess: Guess,
    stretched: Stretched,
    hash: PinHash,
    tag: PinTag,
}

impl Prepared {
    /// Whose PIN is guessed.
    #[must_use]
    pub fn caller(&self) -> &CallerId {
        &self.caller
    }

    /// The tag under which the item has -1 if the guess is right.
    #[must_use]
    pub fn tag(&self) -> &PinTag {
        &self.tag
    }

    /// The guess itself, the same under every key: what the fingerprint of an attempt is made from.
    pub(crate) fn stretched(&self) -> &[u8] {
        self.stretched.as_ref()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared([redacted])")
    }
}

fn associated(caller: &CallerId) -> [&[u8]; 2] {
    [caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()]
}

#[expect(clippy::expect_used, reason = "AES-SIV fails only with more than 126 pieces of associated data")]
fn tag(key: &PinKey, hash: PinHash, caller: &CallerId, stretched: &Stretched) -> PinTag {
    let sealed = Aes256Siv::new(key.tag_key().into())
        .encrypt(associated(caller), stretched.as_ref())
        .expect("two pieces of associated data are within AES-SIV's bound");
    PinTag(format!("{}.{hash}.{}", key.id(), URL_SAFE_NO_PAD.encode(sealed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{IdentifierForm, Realm, UserId};
    use crate::pin::CallerPin;

    const SMALL: PinHash = PinHash::Argon2id { memory_kib: 8, passes: 1 };

    fn keys(current: char, previous: Option<char>) -> PinKeys {
        let text = |c: char| c.to_string().repeat(90);
        let json = serde_json::json!({ "current": text(current), "previous": previous.map(text) });
        PinKeys::from_json(&json.to_string()).unwrap()
    }

    fn caller(realm: &str, user: &str) -> CallerId {
        CallerId { realm: Realm::parse(realm).unwrap(), user: UserId::parse(user, IdentifierForm::Text).unwrap() }
    }

    fn prepared(hasher: &PinHasher, caller: &CallerId, pin: &str) -> Prepared {
        hasher.prepare(caller, &Guess::keyed(pin).unwrap()).unwrap()
    }

    #[test]
    fn the_right_guess_has_the_tag_that_was_enrolled() {
        for hash in [SMALL, PinHash::Keyed, PinHash::default()] {
            let hasher = PinHasher::new(keys('a', None), hash);
            let ada = caller("demo", "ada");
            let enrolled = hasher.enrol(&ada, &CallerPin::parse("4711").unwrap()).unwrap();
            assert_eq!(prepared(&hasher, &ada, "4711#").tag(), &enrolled[0]);
            assert_ne!(prepared(&hasher, &ada, "4712").tag(), &enrolled[0]);
        }
    }

    #[test]
    fn the_same_pin_has_another_tag_for_everybody_else() {
        let hasher = PinHasher::new(keys('a', None), SMALL);
        let tags: std::collections::BTreeSet<_> =
            [caller("demo", "ada"), caller("demo", "bob"), caller("other", "ada"), caller("demoa", "da")]
                .iter()
                .map(|caller| prepared(&hasher, caller, "4711").tag().clone())
                .collect();
        assert_eq!(tags.len(), 4);
    }

    #[test]
    fn a_tag_names_its_key_and_its_hash() {
        let hasher = PinHasher::new(keys('a', None), PinHash::default());
        let tag = prepared(&hasher, &caller("demo", "ada"), "4711").tag().as_str().to_owned();
        assert!(tag.starts_with(&format!("{}.a19456-2-1.", hasher.keys().current().id())), "{tag}");
        assert_eq!(PinTag::hash(&tag), Some(PinHash::default()));
    }

    #[test]
    fn a_key_is_rotated_without_knowing_a_pin() {
        let (old, new) = (PinHasher::new(keys('a', None), SMALL), PinHasher::new(keys('b', Some('a')), SMALL));
        let ada = caller("demo", "ada");
        let before = prepared(&old, &ada, "4711").tag().clone();
        let after = new.reencrypt(&ada, new.keys().current(), before.as_str());
        assert_eq!(after.as_ref(), Some(prepared(&new, &ada, "4711").tag()));
        assert_eq!(new.reencrypt(&caller("demo", "bob"), new.keys().current(), before.as_str()), None);
        assert_eq!(old.reencrypt(&ada, old.keys().current(), after.unwrap().as_str()), None, "an unknown key");
    }

    #[test]
    fn a_right_guess_is_found_under_another_key_and_other_parameters() {
        let ada = caller("demo", "ada");
        let old = PinHasher::new(keys('a', None), PinHash::Keyed);
        let enrolled = old.enrol(&ada, &CallerPin::parse("4711").unwrap()).unwrap()[0].clone();
        let new = PinHasher::new(keys('b', Some('a')), SMALL);
        let find = |pin: &str| {
            new.find_outdated(&prepared(&new, &ada, pin), ["garbage", "x.y.z", enrolled.as_str()])
                .unwrap()
                .map(str::to_owned)
        };
        assert_eq!(find("4711").as_deref(), Some(enrolled.as_str()));
        assert_eq!(find("4712"), None);
    }

    #[test]
    fn all_tags_of_a_pin_are_found_and_no_others() {
        let ada = caller("demo", "ada");
        let enrol = |hasher: &PinHasher, pin: &str| -> Vec<String> {
            let tags = hasher.enrol(&ada, &CallerPin::parse(pin).unwrap()).unwrap();
            tags.iter().map(|tag| tag.as_str().to_owned()).collect()
        };
        let (old, new) = (PinHasher::new(keys('a', None), PinHash::Keyed), PinHasher::new(keys('b', Some('a')), SMALL));
        let stranger = PinHasher::new(keys('c', None), SMALL);
        let mine = [enrol(&old, "4711"), enrol(&new, "4711")].concat();
        let others = [enrol(&new, "4712"), enrol(&stranger, "4711"), vec!["garbage".to_owned()]].concat();
        let all: Vec<&str> = mine.iter().chain(&others).map(String::as_str).collect();
        assert_eq!(new.find_all(&ada, &CallerPin::parse("4711").unwrap(), all).unwrap(), mine);
    }

    #[test]
    fn pins_are_counted_and_not_their_tags() {
        let ada = caller("demo", "ada");
        let hasher = PinHasher::new(keys('b', Some('a')), SMALL);
        let pins = ["4711", "4712", "4713"].map(|pin| hasher.enrol(&ada, &CallerPin::parse(pin).unwrap()).unwrap());
        let tags: Vec<&str> = pins.iter().flatten().map(PinTag::as_str).collect();
        assert_eq!(tags.len(), 6);
        for (these, count) in [(&tags[..], 3), (&tags[..5], 3), (&tags[..2], 1), (&tags[..0], 0)] {
            assert_eq!(PinTag::count_pins(these.iter().copied()), count);
        }
        let old = PinHasher::new(keys('a', None), PinHash::Keyed);
        let old = old.enrol(&ada, &CallerPin::parse("4714").unwrap()).unwrap();
        assert_eq!(PinTag::count_pins(tags.into_iter().chain([old[0].as_str()])), 4);
    }

    #[test]
    fn during_a_rotation_a_pin_is_enrolled_under_both_keys() {
        let hasher = PinHasher::new(keys('b', Some('a')), SMALL);
        let tags = hasher.enrol(&caller("demo", "ada"), &CallerPin::parse("4711").unwrap()).unwrap();
        let ids: Vec<_> = tags.iter().map(|tag| PinTag::key_id(tag.as_str()).unwrap()).collect();
        assert_eq!(ids, hasher.keys().all().map(PinKey::id).collect::<Vec<_>>());
    }
}
