//! Digests for the log lines about failed tries: of the guess and of the account, under a key of the day.
//!
//! They show whether one PIN was tried on many accounts, which no account's own counter can tell. The key is derived from the
//! PIN key and the UTC date, so the digests of two days cannot be linked without it.
//!
//! What they reveal:
//!
//! - Without the PIN key: which guesses of a day are equal, and which were made at the same account. The commonest wrong guess
//!   is probably the commonest PIN. Somebody who reads the log and also makes guesses of their own can look for the digests of
//!   these in that day's lines. Right guesses have no digest.
//! - With the PIN key: every wrong guess, since there are few PINs and all of them can be tried, and every account of a list.
//!   The keys of past days can be derived, too; only removing the log lines prevents that. Somebody with this key and the table
//!   has every right PIN already, so the digests add wrong ones for as long as logs are kept.
//! - 40 bits are enough to tell a day's guesses apart, and too few to prove that a certain guess was made.

use super::{
    caller_pin::Guess,
    keys::{PinKey, derived_from},
    mac::{DerivedKey, truncated},
};
use crate::{identity::CallerId, time::EpochMs};
use std::fmt;

const DAY_MS: i64 = 86_400_000;

/// The key of one UTC day.
pub struct DayKey(DerivedKey);

impl DayKey {
    /// The key of the day that has `at`.
    #[must_use]
    pub fn of(key: &PinKey, at: EpochMs) -> Self {
        let days_since_1970 = at.0.div_euclid(DAY_MS);
        Self(derived_from(key.daily_key(), &format!("ringbolt/1/day/{days_since_1970}")))
    }

    /// The digest of a guess, the same for every account.
    #[must_use]
    pub fn guess(&self, guess: &Guess) -> DayDigest {
        self.digest(&[b"guess", guess.as_bytes()])
    }

    /// The digest of an account.
    #[must_use]
    pub fn account(&self, caller: &CallerId) -> DayDigest {
        self.digest(&[b"account", caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()])
    }

    fn digest(&self, parts: &[&[u8]]) -> DayDigest {
        let [a, b, c, d, e, ..] = truncated(&self.0, parts);
        DayDigest([a, b, c, d, e])
    }
}

impl fmt::Debug for DayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DayKey([redacted])")
    }
}

/// A keyed digest of 40 bits. It is printed as ten letters from `a` to `p`, so that it never looks like a PIN or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayDigest([u8; 5]);

impl fmt::Display for DayDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        f.write_str(&nibbles.map(|nibble| char::from(b'a' + nibble)).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{IdentifierForm, Realm, UserId},
        pin::PinKeys,
    };

    const NOON: EpochMs = EpochMs(1_795_262_400_000);
    const HALF_A_DAY: i64 = DAY_MS / 2;

    fn key(letter: char) -> PinKeys {
        PinKeys::from_json(&format!(r#"{{"current":"{}"}}"#, letter.to_string().repeat(90))).unwrap()
    }

    fn caller(realm: &str, user: &str) -> CallerId {
        CallerId { realm: Realm::parse(realm).unwrap(), user: UserId::parse(user, IdentifierForm::Text).unwrap() }
    }

    fn of_guess(keys: &PinKeys, at: EpochMs, guess: &str) -> String {
        DayKey::of(keys.current(), at).guess(&Guess::keyed(guess).unwrap()).to_string()
    }

    #[test]
    fn one_guess_has_one_digest_for_a_day_however_it_was_keyed() {
        let keys = key('a');
        let noon = of_guess(&keys, NOON, "4711");
        assert!(noon.len() == 10 && noon.bytes().all(|byte| (b'a'..=b'p').contains(&byte)), "{noon}");
        assert_eq!(of_guess(&keys, EpochMs(NOON.0 - HALF_A_DAY), "4711#"), noon, "midnight, when the day begins");
        assert_eq!(of_guess(&keys, EpochMs(NOON.0 + HALF_A_DAY - 1), " 4 7 1 1 "), noon, "its last millisecond");
        for (what, other) in [
            ("another guess", of_guess(&keys, NOON, "4712")),
            ("the day before", of_guess(&keys, EpochMs(NOON.0 - HALF_A_DAY - 1), "4711")),
            ("the day after", of_guess(&keys, EpochMs(NOON.0 + HALF_A_DAY), "4711")),
            ("another key", of_guess(&key('b'), NOON, "4711")),
        ] {
            assert_ne!(other, noon, "{what}");
        }
    }

    #[test]
    fn an_account_has_one_digest_for_a_day_and_is_never_taken_for_a_guess() {
        let keys = key('a');
        let day = DayKey::of(keys.current(), NOON);
        let ada = day.account(&caller("bank", "4711"));
        assert_eq!(day.account(&caller("bank", "4711")), ada);
        for other in [
            day.account(&caller("shop", "4711")),
            day.account(&caller("bank", "4712")),
            day.account(&caller("ban", "k4711")),
            DayKey::of(keys.current(), EpochMs(NOON.0 + DAY_MS)).account(&caller("bank", "4711")),
            day.guess(&Guess::keyed("4711").unwrap()),
        ] {
            assert_ne!(other, ada);
        }
    }

    /// All PINs of four digits, under what a reader of the log knows.
    #[test]
    fn a_digest_is_not_that_of_a_pin_under_anything_public() {
        use sha2::{Digest, Sha256, Sha512};
        let letters = |bytes: &[u8]| DayDigest(bytes[..5].try_into().unwrap()).to_string();
        let logged = of_guess(&key('a'), NOON, "4711");
        let zeros = DayKey(zeroize::Zeroizing::new([0; 64]));
        for pin in (0..10_000).map(|pin| format!("{pin:04}")) {
            let guess = Guess::keyed(&pin).unwrap();
            let public =
                [letters(&Sha256::digest(&pin)), letters(&Sha512::digest(&pin)), zeros.guess(&guess).to_string()];
            assert!(!public.contains(&logged), "{pin}");
        }
    }

    #[test]
    fn a_key_of_a_day_does_not_print() {
        assert_eq!(format!("{:?}", DayKey::of(key('a').current(), NOON)), "DayKey([redacted])");
    }
}
