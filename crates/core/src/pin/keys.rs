//! The PIN key and what is derived from it.
//!
//! The key lives apart from the table (NIST SP 800-63B asks for that). Each purpose has a key of its own, derived with
//! HKDF-SHA-512, so that a signature never tells anything about a tag.

use super::mac::{DerivedKey, truncated};
use super::reference::{CallerReference, ReferenceKey};
use crate::identity::CallerId;
use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha512;
use std::{collections::BTreeSet, fmt};
use zeroize::{Zeroize, Zeroizing};

/// The current PIN key and, during a rotation, one more.
///
/// Attempts use the current key; enrolment writes a tag under every key; the other keys only recognise old tags.
#[derive(Clone, Debug)]
pub struct PinKeys {
    current: PinKey,
    others: Vec<PinKey>,
    /// The keys of references whose PIN keys are gone.
    retired: Vec<ReferenceKey>,
}

/// What is wrong with the PIN keys.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPinKeys {
    /// Not the JSON that is expected. The reason is left out: it could quote the key.
    #[error(r#"PIN keys are JSON: {{"current": "...", "previous": "..."}}; `previous`, `next` and `references` may be left out"#)]
    Json,
    /// Guessable.
    #[error("`{name}` is too short for a PIN key: at least {min} random characters", min = PinKeys::MIN_CHARS)]
    Short {
        /// Which of the keys.
        name: &'static str,
    },
    /// A rotation to the same key.
    #[error("`current` and `{name}` are the same PIN key")]
    Same {
        /// Which of the others.
        name: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    current: String,
    previous: Option<String>,
    next: Option<String>,
    #[serde(default)]
    references: Vec<String>,
}

impl Drop for Document {
    fn drop(&mut self) {
        self.current.zeroize();
        self.previous.zeroize();
        self.next.zeroize();
        self.references.zeroize();
    }
}

impl PinKeys {
    /// The least length of a key in characters: 86 letters and digits hold 512 random bits, as do 128 hexadecimal
    /// digits.
    pub const MIN_CHARS: usize = 86;

    /// Reads `{"current": KEY, "previous": KEY, "next": KEY}`; the last two belong to a rotation and may be missing.
    /// A key is any text of [`PinKeys::MIN_CHARS`] random characters or more. `references` lists the keys of references
    /// ([`ReferenceKey::to_text`]) whose PIN keys are gone.
    ///
    /// # Errors
    /// [`InvalidPinKeys`]: not such JSON, a key too short, the same key twice.
    pub fn from_json(json: &str) -> Result<Self, InvalidPinKeys> {
        let document: Document = serde_json::from_str(json).map_err(|_| InvalidPinKeys::Json)?;
        let current = PinKey::new("current", &document.current)?;
        let mut others = Vec::new();
        for (name, text) in [("previous", &document.previous), ("next", &document.next)] {
            if let Some(text) = text {
                let key = PinKey::new(name, text)?;
                if key.id == current.id {
                    return Err(InvalidPinKeys::Same { name });
                }
                others.push(key);
            }
        }
        let retired = document.references.iter().map(|text| ReferenceKey::parse(text));
        let retired = retired.collect::<Option<_>>().ok_or(InvalidPinKeys::Json)?;
        Ok(Self { current, others, retired })
    }

    /// The key under which attempts are made.
    #[must_use]
    pub fn current(&self) -> &PinKey {
        &self.current
    }

    /// All keys, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &PinKey> {
        std::iter::once(&self.current).chain(&self.others)
    }

    /// The reference to a caller in what is written now.
    #[must_use]
    pub fn reference(&self, caller: &CallerId) -> CallerReference {
        self.current.reference.refer_to(caller)
    }

    /// Every reference to a caller that a record can have, whichever key was current when it was written.
    #[must_use]
    pub fn references(&self, caller: &CallerId) -> BTreeSet<CallerReference> {
        let keys = self.all().map(PinKey::reference_key).chain(&self.retired);
        keys.map(|key| key.refer_to(caller)).collect()
    }
}

/// One PIN key, by its purposes.
#[derive(Clone)]
pub struct PinKey {
    id: String,
    tag: DerivedKey,
    fingerprint: DerivedKey,
    call_state: DerivedKey,
    conversation: DerivedKey,
    daily: DerivedKey,
    reference: ReferenceKey,
}

impl PinKey {
    fn new(name: &'static str, text: &str) -> Result<Self, InvalidPinKeys> {
        if text.chars().count() < PinKeys::MIN_CHARS {
            return Err(InvalidPinKeys::Short { name });
        }
        let hkdf = Hkdf::<Sha512>::new(None, text.as_bytes());
        let id = derive(&hkdf, "ringbolt/1/key-id");
        Ok(Self {
            // 32 bits that tell nothing about the key; named by content, so that no two can be mixed up.
            id: hex::encode(&id[..4]),
            tag: derive(&hkdf, "ringbolt/1/tag"),
            fingerprint: derive(&hkdf, "ringbolt/1/fingerprint"),
            call_state: derive(&hkdf, "ringbolt/1/call-state"),
            conversation: derive(&hkdf, "ringbolt/1/conversation"),
            daily: derive(&hkdf, "ringbolt/1/daily"),
            reference: ReferenceKey::new(derive(&hkdf, "ringbolt/1/caller-reference")),
        })
    }

    /// The key's name in tags: 8 hexadecimal digits, derived from the key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key of references to callers.
    #[must_use]
    pub fn reference_key(&self) -> &ReferenceKey {
        &self.reference
    }

    pub(super) fn tag_key(&self) -> &[u8; 64] {
        &self.tag
    }

    /// A keyed digest of 128 bits over parts that cannot be mistaken for one another: what the table has in place
    /// of a call id, a guess or a calling number.
    #[must_use]
    pub fn fingerprint(&self, parts: &[&[u8]]) -> [u8; 16] {
        truncated(&self.fingerprint, parts)
    }

    /// The key under which a conversation's state is sealed.
    pub(super) fn conversation_key(&self) -> &[u8; 64] {
        &self.conversation
    }

    /// The key from which those of single days are derived.
    pub(super) fn daily_key(&self) -> &DerivedKey {
        &self.daily
    }

    /// The signature of pass-through data, 128 bits.
    #[must_use]
    pub fn sign_call_state(&self, parts: &[&[u8]]) -> [u8; 16] {
        truncated(&self.call_state, parts)
    }
}

impl fmt::Debug for PinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinKey({}, [redacted])", self.id)
    }
}

/// A key that is derived from another derived key.
pub(super) fn derived_from(key: &DerivedKey, purpose: &str) -> DerivedKey {
    derive(&Hkdf::new(None, key.as_slice()), purpose)
}

#[expect(clippy::expect_used, reason = "HKDF-SHA-512 gives up to 16,320 bytes")]
fn derive(hkdf: &Hkdf<Sha512>, purpose: &str) -> DerivedKey {
    let mut key = Zeroizing::new([0; 64]);
    hkdf.expand(purpose.as_bytes(), key.as_mut()).expect("64 bytes are within HKDF's bound");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(current: char, previous: Option<char>) -> String {
        let key = |c: char| c.to_string().repeat(PinKeys::MIN_CHARS);
        match previous {
            Some(previous) => format!(r#"{{"current":"{}","previous":"{}"}}"#, key(current), key(previous)),
            None => format!(r#"{{"current":"{}"}}"#, key(current)),
        }
    }

    #[test]
    fn keys_are_named_by_their_content() {
        let keys = PinKeys::from_json(&json('a', Some('b'))).unwrap();
        let swapped = PinKeys::from_json(&json('b', Some('a'))).unwrap();
        assert_eq!(keys.all().map(PinKey::id).collect::<Vec<_>>(), {
            let mut ids: Vec<_> = swapped.all().map(PinKey::id).collect();
            ids.reverse();
            ids
        });
    }

    #[test]
    fn bad_keys_are_refused_without_being_quoted() {
        for (given, expected) in [
            ("sesame".to_owned(), "PIN keys are JSON"),
            (r#"{"current":"sesame"}"#.to_owned(), "`current` is too short"),
            (json('a', Some('a')), "are the same PIN key"),
            (json('a', None).replace("current", "curent"), "PIN keys are JSON"),
        ] {
            let error = PinKeys::from_json(&given).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("sesame"), "{error}");
        }
    }

    #[test]
    fn parts_are_not_mistaken_for_one_another() {
        let keys = PinKeys::from_json(&json('a', None)).unwrap();
        let key = keys.current();
        assert_ne!(key.fingerprint(&[b"ab", b"c"]), key.fingerprint(&[b"a", b"bc"]));
        assert_ne!(key.fingerprint(&[b"ab"]), key.sign_call_state(&[b"ab"]));
    }

    #[test]
    fn keys_do_not_print() {
        let shown = format!("{:?}", PinKeys::from_json(&json('z', None)).unwrap());
        assert!(shown.contains("[redacted]") && !shown.contains("zz"), "{shown}");
    }
}
