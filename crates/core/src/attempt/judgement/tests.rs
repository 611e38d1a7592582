use super::*;
use crate::{
    attempt::{Fingerprint, RETRY_WINDOW},
    caller::Attributes,
    identity::{CallerId, IdentifierForm, Realm, UserId},
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHash, PinHashes, PinKeys},
};
use std::time::Duration;

const NOW: EpochMs = EpochMs(1_800_000_000_000);
const SMALL: PinHash = PinHash::Argon2id { memory_kib: 8, passes: 1 };

fn keys(current: char, previous: Option<char>) -> PinKeys {
    let text = |c: char| c.to_string().repeat(90);
    let json = serde_json::json!({ "current": text(current), "previous": previous.map(text) });
    PinKeys::from_json(&json.to_string()).unwrap()
}

/// The functions' hasher: the keys b and a, one hash moving over to another.
fn hasher() -> PinHasher {
    PinHasher::new(keys('b', Some('a')), PinHashes { current: SMALL, previous: Some(PinHash::Keyed) })
}

fn ada() -> CallerId {
    CallerId { realm: Realm::parse("demo").unwrap(), user: UserId::parse("ada", IdentifierForm::Text).unwrap() }
}

fn prepared(pin: &str) -> Prepared {
    hasher().prepare(&ada(), &Guess::keyed(pin).unwrap()).unwrap()
}

/// The tag of a PIN under one key and hash.
fn tag(key: char, hash: PinHash, pin: &str) -> String {
    let hasher = PinHasher::new(keys(key, None), hash);
    hasher.enrol(&ada(), &CallerPin::parse(pin).unwrap()).unwrap()[0].as_str().to_owned()
}

fn item(pins: &[String], attempts: u32) -> CallerItem {
    CallerItem {
        pins: pins.iter().cloned().collect(),
        attempts,
        last_at: NOW,
        last_attempt: None,
        status: Status::Active,
        attributes: Attributes::new(),
    }
}

/// Judges a guess of 4711, counted, by the item after it.
fn counted(after: &CallerItem) -> Result<Judgement, CorruptItem> {
    with_attempt(|attempt| attempt.judge_counted(&hasher(), after))
}

/// Judges a guess of 4711, refused as a repetition.
fn repeated(mut item: CallerItem) -> Result<Judgement, CorruptItem> {
    with_attempt(|attempt| {
        item.last_attempt = Some(attempt.fingerprint.as_str().to_owned());
        attempt.judge_refused(&hasher(), Some(&item))
    })
}

fn with_attempt<T>(judge: impl FnOnce(&Attempt<'_>) -> T) -> T {
    let (prepared, lockout) = (prepared("4711"), Lockout::default());
    let fingerprint = Fingerprint::new(hasher().keys().current(), "c-1", &prepared, 0);
    judge(&Attempt { prepared: &prepared, fingerprint, lockout: &lockout, now: NOW })
}

#[test]
fn only_a_counter_at_zero_together_with_the_tag_is_verified() {
    let (right, other) = (tag('b', SMALL, "4711"), tag('b', SMALL, "6093"));
    let after = item(std::slice::from_ref(&right), 0);
    assert_eq!(counted(&after), Ok(decided(verified(&hasher(), &prepared("4711"), &after))));
    for (pins, attempts) in [(vec![], 0), (vec![other.clone()], 0), (vec![right], 1)] {
        assert!(counted(&item(&pins, attempts)).is_err(), "{} {attempts}", pins.len());
    }
    assert!(repeated(item(&[other], 0)).is_err());
}

#[test]
fn a_right_guess_under_an_outdated_tag_is_right_when_counted_and_when_repeated() {
    for (key, hash) in [('a', SMALL), ('b', PinHash::Keyed), ('a', PinHash::Keyed)] {
        let old = tag(key, hash, "4711");
        let tags = vec![PinTag::from_stored(&old)];
        let item = item(&[old, tag('b', SMALL, "6093")], 2);
        let outcome = verified(&hasher(), &prepared("4711"), &item);
        let outdated = |repeated| Ok(Judgement::Outdated { outcome: outcome.clone(), tags: tags.clone(), repeated });
        assert_eq!(counted(&item), outdated(false));
        assert_eq!(repeated(item), outdated(true));
    }
    // Functions with the former key as their current one let the caller in.
    let before = item(&[tag('a', SMALL, "4711")], 0);
    let (outcome, tags) =
        (verified(&hasher(), &prepared("4711"), &before), vec![PinTag::from_stored(&tag('a', SMALL, "4711"))]);
    assert_eq!(repeated(before), Ok(Judgement::Outdated { outcome, tags, repeated: true }));
    let both = item(&[tag('b', SMALL, "4711")], 1);
    let outcome = verified(&hasher(), &prepared("4711"), &both);
    assert_eq!(repeated(both), Ok(Judgement::Outdated { outcome, tags: vec![], repeated: true }));
}

#[test]
fn a_tag_that_cannot_be_compared_takes_the_attempt_back_only_if_no_other_can() {
    let (known, lost) = (tag('b', SMALL, "6093"), tag('c', SMALL, "4711"));
    let unhashed = tag('b', PinHash::Argon2id { memory_kib: 16, passes: 1 }, "4711");
    let back = |last_at| Some(GiveBack { counted: 4, last_at });
    let half_an_hour_ago = NOW.minus(Duration::from_secs(1800));
    for (pins, reason, give_back) in [
        (vec![lost.clone()], Incomparable::UnknownKey, back(half_an_hour_ago)),
        (vec![unhashed], Incomparable::UnknownHash, back(half_an_hour_ago)),
        (vec![known, lost], Incomparable::UnknownKey, None),
    ] {
        let expected = Ok(Judgement::Incomparable { reason, give_back });
        assert_eq!(counted(&item(&pins, 4)), expected);
        assert_eq!(repeated(item(&pins, 4)), expected);
    }
    let no_pins = Ok(decided(AuthOutcome::Wrong { attempts: 1, locks: false }));
    assert_eq!(counted(&item(&[], 1)), no_pins);
}

#[test]
fn the_same_guess_is_a_retry_until_the_window_ends_to_the_millisecond() {
    let judged = |last_at| {
        with_attempt(|attempt| {
            let last_attempt = Some(attempt.fingerprint.as_str().to_owned());
            attempt.judge_refused(&hasher(), Some(&CallerItem { last_at, last_attempt, ..item(&[], 3) }))
        })
    };
    let ended = NOW.minus(RETRY_WINDOW);
    let outcome = AuthOutcome::Wrong { attempts: 3, locks: true };
    assert_eq!(judged(EpochMs(ended.0 + 1)), Ok(Judgement::Decided { outcome, repeated: true }));
    let until = Some(ended.plus(Duration::from_secs(1800)));
    assert_eq!(judged(ended), Ok(decided(AuthOutcome::Locked { until })));
}

#[test]
fn a_clock_that_runs_behind_is_told_the_items_time_if_nothing_else_refuses() {
    let refused = |attempts, ahead_secs: u64, status| {
        let mut item = item(&[], attempts);
        item.last_at = NOW.plus(Duration::from_secs(ahead_secs));
        item.status = status;
        with_attempt(|attempt| attempt.judge_refused(&hasher(), Some(&item)))
    };
    let last_at = NOW.plus(Duration::from_secs(600));
    assert_eq!(refused(1, 600, Status::Active), Ok(Judgement::ClockBehind { last_at }));
    assert_eq!(refused(1, 600, Status::Suspended), Ok(decided(AuthOutcome::Suspended)));
    let until = Some(last_at.plus(Duration::from_secs(1800)));
    assert_eq!(refused(3, 600, Status::Active), Ok(decided(AuthOutcome::Locked { until })));
    assert_eq!(refused(20, 600, Status::Active), Ok(decided(AuthOutcome::Locked { until: None })));
    assert!(refused(1, 0, Status::Active).is_err(), "nothing explains this refusal");
}

#[test]
fn a_shared_pin_is_right_under_any_tag_and_never_locks() {
    let judge = |pins: &[String], status| {
        let item = CallerItem { status, ..item(pins, 0) };
        judge_shared(&hasher(), &prepared("4711"), Some(&item)).map(|outcome| outcome.name())
    };
    for (key, hash) in [('b', SMALL), ('a', SMALL), ('b', PinHash::Keyed), ('a', PinHash::Keyed)] {
        assert_eq!(judge(&[tag(key, hash, "4711")], Status::Active), Ok("verified"), "{key} {hash}");
    }
    assert_eq!(judge(&[tag('b', SMALL, "6093")], Status::Active), Ok("wrong"));
    assert_eq!(judge(&[tag('b', SMALL, "4711")], Status::Suspended), Ok("suspended"));
    assert_eq!(judge(&[tag('c', SMALL, "4711")], Status::Active), Err(Incomparable::UnknownKey));
    assert_eq!(judge_shared(&hasher(), &prepared("4711"), None), Ok(AuthOutcome::Unknown { locks: false }));
}

#[test]
fn a_login_holds_while_the_caller_is_active_unlocked_and_has_the_same_pins() {
    let (hasher, lockout) = (hasher(), Lockout::default());
    let pins = [tag('b', SMALL, "4711")];
    let version = hasher.pins_version(&ada(), &item(&pins, 0).pins);
    let holds = |item: &CallerItem| item.still_verified(&hasher, &ada(), &version, &lockout, NOW);
    assert!(holds(&item(&pins, 0)) && holds(&item(&pins, 2)));
    assert!(!holds(&item(&pins, 3)), "locked");
    assert!(!holds(&item(&[tag('b', SMALL, "6093")], 0)), "replaced");
    assert!(!holds(&CallerItem { status: Status::Suspended, ..item(&pins, 0) }));
}
