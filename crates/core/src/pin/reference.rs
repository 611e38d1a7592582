//! A keyed reference to a caller: a record of a call has it, so that what belongs to a person is found by it.

use super::mac::{DerivedKey, truncated};
use crate::identity::CallerId;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;
use zeroize::Zeroizing;

/// A keyed digest of realm and user, 128 bits. It reveals nobody without the key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerReference(String);

impl CallerReference {
    /// 22 letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key of references. It is derived from a PIN key and outlives it: records are kept longer than a rotation takes,
/// and this key neither reveals the PIN key nor helps with a PIN.
#[derive(Clone)]
pub struct ReferenceKey(DerivedKey);

impl ReferenceKey {
    const BYTES: usize = 64;

    pub(super) fn new(key: DerivedKey) -> Self {
        Self(key)
    }

    /// Reads what [`ReferenceKey::to_text`] gave; `None` if it is anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let mut key = Zeroizing::new([0; Self::BYTES]);
        (bytes.len() == Self::BYTES).then(|| key.copy_from_slice(&bytes))?;
        Some(Self(key))
    }

    /// The key as text, for the secret that it stays in after its PIN key was removed.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// The reference to a caller.
    #[must_use]
    pub fn refer_to(&self, caller: &CallerId) -> CallerReference {
        let parts = [caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()];
        CallerReference(URL_SAFE_NO_PAD.encode(truncated(&self.0, &parts)))
    }
}

impl fmt::Debug for ReferenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReferenceKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{IdentifierForm, Realm, UserId},
        pin::PinKeys,
    };
    use serde_json::json;

    fn caller(realm: &str, user: &str) -> CallerId {
        let user = UserId::parse(user, IdentifierForm::Text).unwrap();
        CallerId { realm: Realm::parse(realm).unwrap(), user }
    }

    fn key(letter: char) -> String {
        letter.to_string().repeat(PinKeys::MIN_CHARS)
    }

    fn keys(json: &serde_json::Value) -> PinKeys {
        PinKeys::from_json(&json.to_string()).unwrap()
    }

    #[test]
    fn a_reference_names_one_caller_of_one_realm_and_nobody_without_the_key() {
        let (one, other) = (keys(&json!({ "current": key('a') })), keys(&json!({ "current": key('b') })));
        let reference = one.reference(&caller("bank", "90786"));
        assert_eq!(reference.as_str().len(), 22);
        assert_eq!(one.reference(&caller("bank", "90786")), reference);
        for different in [
            one.reference(&caller("bank", "90787")),
            one.reference(&caller("shop", "90786")),
            other.reference(&caller("bank", "90786")),
        ] {
            assert_ne!(different, reference);
        }
    }

    #[test]
    fn a_reference_is_found_at_every_stage_of_a_rotation_and_after_the_old_key_is_gone() {
        let ada = caller("bank", "90786");
        let before = keys(&json!({ "current": key('a') }));
        let written = before.reference(&ada);
        let retired = before.current().reference_key().to_text();
        for stage in [
            json!({ "current": key('a'), "next": key('b') }),
            json!({ "current": key('b'), "previous": key('a') }),
            json!({ "current": key('b'), "references": [*retired] }),
        ] {
            assert!(keys(&stage).references(&ada).contains(&written), "{:?}", stage.as_object().unwrap().keys());
        }
        assert!(!keys(&json!({ "current": key('b') })).references(&ada).contains(&written));
    }

    #[test]
    fn a_key_of_references_is_read_back_and_does_not_print() {
        let keys = keys(&json!({ "current": key('a') }));
        let text = keys.current().reference_key().to_text();
        assert_eq!(*ReferenceKey::parse(&text).unwrap().to_text(), *text);
        assert!(ReferenceKey::parse("AAEC").is_none() && ReferenceKey::parse("?").is_none());
        assert!(!format!("{:?}", keys.current().reference_key()).contains(text.as_str()));
    }
}
