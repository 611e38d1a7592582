//! What travels outside, through a provider's hands, and is read by nobody there: encrypted and authenticated with
//! AES-256-SIV, bound to what it belongs to.

use super::keys::{PinKey, PinKeys};
use aes_siv::{KeyInit as _, siv::Aes256Siv};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

impl PinKeys {
    /// Seals a text under the current key, bound to `parts`: letters, digits, `-` and `_`, a third longer than the text and
    /// 22 characters more. The same text sealed twice looks the same, so it should have the time in it.
    #[must_use]
    #[expect(clippy::expect_used, reason = "AES-SIV fails only with more than 126 pieces of associated data")]
    pub fn seal(&self, parts: [&[u8]; 3], text: &[u8]) -> String {
        let sealed = cipher(self.current()).encrypt(parts, text).expect("three pieces are within AES-SIV's bound");
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Opens what was sealed under any of the keys. `None` if it was changed, cut off, or bound to other parts.
    #[must_use]
    pub fn open(&self, parts: [&[u8]; 3], sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        self.all().find_map(|key| cipher(key).decrypt(parts, &sealed).ok()).map(Zeroizing::new)
    }
}

fn cipher(key: &PinKey) -> Aes256Siv {
    Aes256Siv::new(key.conversation_key().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(current: char, previous: Option<char>) -> PinKeys {
        let text = |c: char| c.to_string().repeat(PinKeys::MIN_CHARS);
        let json = serde_json::json!({ "current": text(current), "previous": previous.map(text) });
        PinKeys::from_json(&json.to_string()).unwrap()
    }

    #[test]
    fn it_opens_with_a_key_of_the_rotation_and_for_what_it_is_bound_to() {
        let parts: [&[u8]; 3] = [b"bank", b"AC1", b"CA1"];
        let sealed = keys('a', None).seal(parts, b"secret");
        assert!(!sealed.contains("secret") && sealed.len() == 30, "{sealed}");
        for (keys, opens) in [(keys('a', None), true), (keys('b', Some('a')), true), (keys('b', None), false)] {
            assert_eq!(keys.open(parts, &sealed).is_some(), opens);
        }
        for other in [[b"shop", b"AC1".as_slice(), b"CA1"], [b"bank", b"AC1CA1", b""], [b"bank", b"CA1", b"AC1"]] {
            assert!(keys('a', None).open(other, &sealed).is_none());
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_opens_nothing(text in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
            let (keys, parts) = (keys('a', None), [b"f".as_slice(), b"a", b"c"]);
            let sealed = keys.seal(parts, &text);
            prop_assert_eq!(keys.open(parts, &sealed).map(|open| open.to_vec()), Some(text));
            let mut bytes = sealed.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(keys.open(parts, &changed), None);
        }
    }
}
