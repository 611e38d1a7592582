//! Turns PINs and guesses into tags, under the keys and hashes of a deployment.

use super::{
    CallerPin,
    caller_pin::Guess,
    hash::{HashFailed, PinHash, PinHashes, Stretched},
    keys::{PinKey, PinKeys},
    tag::{PinTag, TagKind},
    version::PinsVersion,
};
use crate::identity::CallerId;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt};

/// Makes tags, and compares them.
#[derive(Clone, Debug)]
pub struct PinHasher {
    keys: PinKeys,
    hashes: PinHashes,
}

/// Why a tag cannot be compared with a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// The PIN key was dropped too early, or the functions have a wrong one.
    #[error("the caller has a PIN under a PIN key that this deployment does not know")]
    UnknownKey,
    /// The hash was changed without keeping the former one as `previous`.
    #[error("the caller has a PIN under a hash that is neither the current nor the previous one (RINGBOLT_PIN_HASH)")]
    UnknownHash,
}

impl PinHasher {
    /// A hasher with these keys. One [`PinHash`] will do for `hashes` if no PINs are moving over from another.
    #[must_use]
    pub fn new(keys: PinKeys, hashes: impl Into<PinHashes>) -> Self {
        Self { keys, hashes: hashes.into() }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &PinKeys {
        &self.keys
    }

    /// Whether [`PinHasher::prepare`] takes tens of milliseconds of CPU. With [`PinHash::Keyed`] alone it takes
    /// microseconds.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.hashes.all().any(|hash| hash != PinHash::Keyed)
    }

    /// Turns a guess into every tag that it may have: under the current and the previous hash, under every key. The work
    /// is the same for known and unknown callers, and nothing in the table adds to it. With Argon2id it takes tens of
    /// milliseconds of CPU: not for an event loop.
    ///
    /// # Errors
    /// [`HashFailed`] if Argon2 did not have enough memory.
    pub fn prepare(&self, caller: &CallerId, guess: &Guess) -> Result<Prepared, HashFailed> {
        let stretched = self.hashes.current.stretch(caller, guess)?;
        let tag = PinTag::seal(TagKind::Pin, self.keys.current(), self.hashes.current, caller, &stretched);
        let mut outdated = self.tags(TagKind::Pin, caller, self.hashes.current, &stretched);
        outdated.retain(|other| *other != tag);
        let mut duress = self.tags(TagKind::Duress, caller, self.hashes.current, &stretched);
        for previous in self.hashes.all().skip(1) {
            let stretched = previous.stretch(caller, guess)?;
            outdated.extend(self.tags(TagKind::Pin, caller, previous, &stretched));
            duress.extend(self.tags(TagKind::Duress, caller, previous, &stretched));
        }
        Ok(Prepared { caller: caller.clone(), stretched, tag, outdated, duress })
    }

    /// The tags to write when a PIN is enrolled: one under each key, so that a rotation under way misses nobody.
    ///
    /// # Errors
    /// [`HashFailed`] if Argon2 did not have enough memory.
    pub fn enrol(&self, caller: &CallerId, pin: &CallerPin) -> Result<Vec<PinTag>, HashFailed> {
        let hash = self.hashes.current;
        Ok(self.tags(TagKind::Pin, caller, hash, &hash.stretch(caller, &Guess::from(pin))?))
    }

    /// The same for a duress PIN: it verifies its caller as any other, and [`Prepared::is_duress`] tells.
    ///
    /// # Errors
    /// As [`PinHasher::enrol`].
    pub fn enrol_duress(&self, caller: &CallerId, pin: &CallerPin) -> Result<Vec<PinTag>, HashFailed> {
        let hash = self.hashes.current;
        let stretched = hash.stretch(caller, &Guess::from(pin))?;
        let kinds = [TagKind::Pin, TagKind::Duress];
        Ok(kinds.map(|kind| self.tags(kind, caller, hash, &stretched)).concat())
    }

    /// The tags of a PIN among these, under any known key and hash; those that make it a duress PIN, too.
    ///
    /// # Errors
    /// [`HashFailed`] if Argon2 did not have enough memory.
    pub fn find_all<'a>(
        &self,
        caller: &CallerId,
        pin: &CallerPin,
        tags: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<&'a str>, HashFailed> {
        let prepared = self.prepare(caller, &Guess::from(pin))?;
        Ok(tags
            .into_iter()
            .filter(|tag| prepared.tags().chain(&prepared.duress).any(|own| own.as_str() == *tag))
            .collect())
    }

    /// The same PIN's tag under another key: a key is rotated without knowing a PIN. `None` if the text is not a tag,
    /// its key is not known, or it belongs to another caller.
    #[must_use]
    pub fn reencrypt(&self, caller: &CallerId, to: &PinKey, text: &str) -> Option<PinTag> {
        let hash = PinTag::hash(text)?;
        let (kind, stretched) = PinTag::open(self.key_of(text)?, caller, text)?;
        Some(PinTag::seal(kind, to, hash, caller, &stretched))
    }

    /// Whether a guess can be compared with a tag of an item at all.
    ///
    /// # Errors
    /// [`Incomparable`] says what is not known; text that is not a tag counts as [`Incomparable::UnknownKey`].
    pub fn comparable(&self, text: &str) -> Result<(), Incomparable> {
        self.key_of(text).ok_or(Incomparable::UnknownKey)?;
        let hash = PinTag::hash(text).ok_or(Incomparable::UnknownHash)?;
        self.hashes.all().find(|known| *known == hash).map(drop).ok_or(Incomparable::UnknownHash)
    }

    /// The version of a caller's PINs: it changes when one is added, removed, replaced or moved to another hash, but not
    /// when only the key rotates.
    #[must_use]
    pub fn pins_version(&self, caller: &CallerId, item_pins: &BTreeSet<String>) -> PinsVersion {
        PinsVersion::new(self.keys.current(), caller, &self.contents(caller, item_pins))
    }

    /// Whether a version is that of these PINs. One that was issued under another known key is recognised, too.
    #[must_use]
    pub fn is_pins_version(&self, caller: &CallerId, item_pins: &BTreeSet<String>, version: &PinsVersion) -> bool {
        let contents = self.contents(caller, item_pins);
        self.keys.all().any(|key| PinsVersion::new(key, caller, &contents) == *version)
    }

    /// Digests of what the tags hold, apart from their keys: the hash and the stretched PIN, or the tag itself if no
    /// known key opens it. Copies of a PIN under several keys count once.
    fn contents(&self, caller: &CallerId, item_pins: &BTreeSet<String>) -> BTreeSet<[u8; 32]> {
        let digest = |text: &String| {
            let opened = self.key_of(text).and_then(|key| PinTag::open(key, caller, text)).zip(PinTag::hash(text));
            match opened {
                Some(((kind, stretched), hash)) => {
                    let separator: &[u8] = if kind == TagKind::Duress { b"!" } else { b"." };
                    Sha256::new_with_prefix(hash.to_string())
                        .chain_update(separator)
                        .chain_update(*stretched)
                        .finalize()
                }
                None => Sha256::digest(text),
            }
            .into()
        };
        item_pins.iter().map(digest).collect()
    }

    fn tags(&self, kind: TagKind, caller: &CallerId, hash: PinHash, stretched: &Stretched) -> Vec<PinTag> {
        self.keys.all().map(|key| PinTag::seal(kind, key, hash, caller, stretched)).collect()
    }

    fn key_of(&self, text: &str) -> Option<&PinKey> {
        let id = PinTag::key_id(text)?;
        self.keys.all().find(|key| key.id() == id)
    }
}

/// A guess, ready to be put to the database.
#[derive(Clone)]
pub struct Prepared {
    caller: CallerId,
    stretched: Stretched,
    tag: PinTag,
    outdated: Vec<PinTag>,
    /// The current one first.
    duress: Vec<PinTag>,
}

impl Prepared {
    /// Whose PIN is guessed.
    #[must_use]
    pub fn caller(&self) -> &CallerId {
        &self.caller
    }

    /// The tag under which the item has -1 if the guess is right: current hash, current key.
    #[must_use]
    pub fn tag(&self) -> &PinTag {
        &self.tag
    }

    /// The other tags of a right guess: under another known key, or under the previous hash. At most five.
    #[must_use]
    pub fn outdated(&self) -> &[PinTag] {
        &self.outdated
    }

    /// All of these tags.
    pub fn tags(&self) -> impl Iterator<Item = &PinTag> {
        std::iter::once(&self.tag).chain(&self.outdated)
    }

    /// Whether the guess is a duress PIN of a caller with these tags. It is right only if they have one of its other tags.
    #[must_use]
    pub fn is_duress(&self, item_pins: &BTreeSet<String>) -> bool {
        self.duress.iter().any(|tag| item_pins.contains(tag.as_str()))
    }

    /// The tags that would make the guess a duress PIN: the current one, and those under another known key or the previous
    /// hash.
    #[must_use]
    pub fn duress_tags(&self) -> &[PinTag] {
        &self.duress
    }

    /// The guess itself, the same under every key: the fingerprint of an attempt is made from it.
    pub(crate) fn stretched(&self) -> &[u8] {
        self.stretched.as_ref()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{IdentifierForm, Realm, UserId};

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
    fn a_tag_is_encrypted_under_its_own_key() {
        let sealed = |key| {
            let hasher = PinHasher::new(keys(key, None), SMALL);
            let tag = prepared(&hasher, &caller("demo", "ada"), "4711").tag().as_str().to_owned();
            tag.rsplit('.').next().unwrap().to_owned()
        };
        assert_ne!(sealed('a'), sealed('b'));
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

    fn both(current: PinHash, previous: PinHash) -> PinHashes {
        PinHashes { current, previous: Some(previous) }
    }

    fn enrolled(hasher: &PinHasher, caller: &CallerId, pin: &str) -> Vec<String> {
        let tags = hasher.enrol(caller, &CallerPin::parse(pin).unwrap()).unwrap();
        tags.iter().map(|tag| tag.as_str().to_owned()).collect()
    }

    #[test]
    fn a_guess_has_a_tag_under_every_key_and_hash() {
        let ada = caller("demo", "ada");
        let new = PinHasher::new(keys('b', Some('a')), both(SMALL, PinHash::Keyed));
        let tags = |pin: &str| -> Vec<String> {
            prepared(&new, &ada, pin).tags().map(|tag| tag.as_str().to_owned()).collect()
        };
        let mut expected = Vec::new();
        for hash in [SMALL, PinHash::Keyed] {
            for key in ['b', 'a'] {
                expected.extend(enrolled(&PinHasher::new(keys(key, None), hash), &ada, "4711"));
            }
        }
        assert_eq!(tags("4711"), expected);
        assert!(tags("4712").iter().all(|tag| !expected.contains(tag)));
    }

    #[test]
    fn a_previous_hash_equal_to_the_current_one_adds_nothing() {
        let hasher = PinHasher::new(keys('a', None), both(SMALL, SMALL));
        assert!(prepared(&hasher, &caller("demo", "ada"), "4711").outdated().is_empty());
    }

    #[test]
    fn a_tag_under_an_unknown_key_or_hash_cannot_be_compared() {
        let ada = caller("demo", "ada");
        let hasher = PinHasher::new(keys('b', Some('a')), both(SMALL, PinHash::Keyed));
        for (key, hash, expected) in [
            ('b', SMALL, Ok(())),
            ('a', PinHash::Keyed, Ok(())),
            ('c', SMALL, Err(Incomparable::UnknownKey)),
            ('a', PinHash::Argon2id { memory_kib: 16, passes: 1 }, Err(Incomparable::UnknownHash)),
        ] {
            let tag = enrolled(&PinHasher::new(keys(key, None), hash), &ada, "4711").remove(0);
            assert_eq!(hasher.comparable(&tag), expected, "{key} {hash}");
        }
        assert_eq!(hasher.comparable("garbage"), Err(Incomparable::UnknownKey));
    }

    #[test]
    fn the_version_changes_with_the_pins_and_not_with_the_key() {
        let ada = caller("demo", "ada");
        let [before, begun, switched, after] = [('a', None), ('a', Some('b')), ('b', Some('a')), ('b', None)]
            .map(|(current, other)| PinHasher::new(keys(current, other), SMALL));
        let set = |tags: &[Vec<String>]| -> BTreeSet<String> { tags.concat().into_iter().collect() };
        let old = set(&[enrolled(&before, &ada, "4711"), enrolled(&before, &ada, "6093")]);
        let copied = set(&[enrolled(&begun, &ada, "4711"), enrolled(&begun, &ada, "6093")]);
        let moved = set(&[enrolled(&after, &ada, "4711"), enrolled(&after, &ada, "6093")]);

        let version = begun.pins_version(&ada, &old);
        assert!(switched.is_pins_version(&ada, &copied, &version), "copied, functions switched");
        assert!(switched.is_pins_version(&ada, &moved, &version), "old tags removed");
        assert!(begun.is_pins_version(&ada, &copied, &switched.pins_version(&ada, &copied)), "not switched yet");
        assert!(after.is_pins_version(&ada, &moved, &switched.pins_version(&ada, &moved)), "old key dropped");

        for (name, pins) in [
            ("removed", set(&[enrolled(&begun, &ada, "4711")])),
            ("added", set(&[copied.iter().cloned().collect(), enrolled(&begun, &ada, "2580")])),
            ("replaced", set(&[enrolled(&begun, &ada, "4711"), enrolled(&begun, &ada, "6094")])),
            ("gone", BTreeSet::new()),
        ] {
            assert!(!switched.is_pins_version(&ada, &pins, &version), "{name}");
        }
        assert!(!begun.is_pins_version(&caller("demo", "bob"), &old, &version), "another caller");
    }

    #[test]
    fn tags_that_no_known_key_opens_count_as_they_are() {
        let (ada, hasher) = (caller("demo", "ada"), PinHasher::new(keys('a', None), SMALL));
        let stranger = PinHasher::new(keys('c', None), SMALL);
        let foreign = |pin: &str| -> BTreeSet<String> { enrolled(&stranger, &ada, pin).into_iter().collect() };
        let version = hasher.pins_version(&ada, &foreign("4711"));
        assert!(hasher.is_pins_version(&ada, &foreign("4711"), &version));
        assert!(!hasher.is_pins_version(&ada, &foreign("4712"), &version));
    }

    #[test]
    fn all_tags_of_a_pin_are_found_and_no_others() {
        let ada = caller("demo", "ada");
        let enrol = |hasher: &PinHasher, pin: &str| enrolled(hasher, &ada, pin);
        let old = PinHasher::new(keys('a', None), PinHash::Keyed);
        let new = PinHasher::new(keys('b', Some('a')), both(SMALL, PinHash::Keyed));
        let stranger = PinHasher::new(keys('c', None), SMALL);
        let mine = [enrol(&old, "4711"), enrol(&new, "4711")].concat();
        let others = [enrol(&new, "4712"), enrol(&stranger, "4711"), vec!["garbage".to_owned()]].concat();
        let all: Vec<&str> = mine.iter().chain(&others).map(String::as_str).collect();
        assert_eq!(new.find_all(&ada, &CallerPin::parse("4711").unwrap(), all).unwrap(), mine);
    }

    #[test]
    fn a_duress_pin_is_a_pin_that_the_key_alone_tells_from_others() {
        let ada = caller("demo", "ada");
        let hasher = PinHasher::new(keys('a', None), SMALL);
        let of = |pin: &str| hasher.enrol_duress(&ada, &CallerPin::parse(pin).unwrap()).unwrap();
        let pins: BTreeSet<String> =
            of("6093").iter().map(|tag| tag.as_str().to_owned()).chain(enrolled(&hasher, &ada, "4711")).collect();
        assert_eq!(pins.len(), 3);
        let lengths: BTreeSet<usize> = pins.iter().map(String::len).collect();
        assert_eq!(lengths.len(), 1, "all tags look alike");
        for (pin, is_right, is_duress) in [("6093", true, true), ("4711", true, false), ("2580", false, false)] {
            let guess = prepared(&hasher, &ada, pin);
            assert_eq!(pins.contains(guess.tag().as_str()), is_right, "{pin}");
            assert_eq!(guess.is_duress(&pins), is_duress, "{pin}");
        }
        assert!(!prepared(&hasher, &caller("demo", "bob"), "6093").is_duress(&pins));
        // It is found as a whole, so that it can be taken away.
        let all: Vec<&str> = pins.iter().map(String::as_str).collect();
        let mut found = hasher.find_all(&ada, &CallerPin::parse("6093").unwrap(), all).unwrap();
        let mut own: Vec<String> = of("6093").iter().map(|tag| tag.as_str().to_owned()).collect();
        found.sort_unstable();
        own.sort();
        assert_eq!(found, own);
    }

    #[test]
    fn a_duress_pin_stays_one_when_the_key_rotates_and_the_hash_changes() {
        let ada = caller("demo", "ada");
        let old = PinHasher::new(keys('a', None), PinHash::Keyed);
        let before: BTreeSet<String> = old
            .enrol_duress(&ada, &CallerPin::parse("6093").unwrap())
            .unwrap()
            .iter()
            .map(|tag| tag.as_str().to_owned())
            .collect();
        let rotating = PinHasher::new(keys('b', Some('a')), PinHash::Keyed);
        let rotated: BTreeSet<String> = before
            .iter()
            .map(|tag| rotating.reencrypt(&ada, rotating.keys().current(), tag).unwrap().as_str().to_owned())
            .collect();
        let after = PinHasher::new(keys('b', None), PinHash::Keyed);
        assert!(prepared(&after, &ada, "6093").is_duress(&rotated));
        assert!(rotated.contains(prepared(&after, &ada, "6093").tag().as_str()));
        let version = rotating.pins_version(&ada, &before);
        assert!(rotating.is_pins_version(&ada, &rotated, &version), "nothing but the key changed");
        let changing = PinHasher::new(keys('b', Some('a')), both(SMALL, PinHash::Keyed));
        assert!(
            prepared(&changing, &ada, "6093").is_duress(&before)
                && prepared(&changing, &ada, "6093").is_duress(&rotated)
        );
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
