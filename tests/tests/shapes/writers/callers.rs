//! The table of callers.

use super::Written;
use crate::shapes::{NOON, fixture::Table::Callers};
use ringbolt_core::{
    attempt::{Attempt, Fingerprint},
    caller::{Attributes, Status},
    identity::{CallerId, UserId},
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHash, PinHasher, PinHashes, PinTag},
};
use ringbolt_dynamodb::{
    Store,
    callers::Change,
    import_lock::ImportLock,
    imports::{Existing, Imported, ImportedRow},
    key_rotation::OldTag,
};
use ringbolt_tests::{QUICK, caller, hasher, pin_keys};
use serde_json::json;

pub fn tags(hasher: &PinHasher, caller: &CallerId, pin: &str) -> Vec<PinTag> {
    hasher.enrol(caller, &CallerPin::parse(pin).unwrap()).unwrap()
}

/// The key and the hash of before, which the functions still know.
pub fn former() -> PinHasher {
    PinHasher::new(pin_keys('b', &[]), PinHash::Keyed)
}

/// The functions while PINs move over from [`former`].
pub fn moving() -> PinHasher {
    PinHasher::new(pin_keys('a', &['b']), PinHashes { current: QUICK, previous: Some(PinHash::Keyed) })
}

async fn attempt(store: &Store, hasher: &PinHasher, caller: &CallerId, pin: &str, call: &str) {
    let prepared = hasher.prepare(caller, &Guess::keyed(pin).unwrap()).unwrap();
    let fingerprint = Fingerprint::new(hasher.keys().current(), call, &prepared, 0);
    let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now: NOON };
    store.attempt(hasher, &attempt).await.unwrap();
}

/// A caller, or a shared PIN under a name that begins with `#`.
pub fn named(user: &str) -> CallerId {
    match user.strip_prefix('#') {
        Some(name) => CallerId { user: UserId::shared(name).unwrap(), ..caller("x") },
        None => caller(user),
    }
}

async fn create(store: &Store, hasher: &PinHasher, user: &str, pin: &str) -> CallerId {
    let caller = named(user);
    let attributes = Attributes::from([("first_name".to_owned(), "Ada".into())]);
    assert!(store.create_caller(&caller, &tags(hasher, &caller, pin), &attributes, Status::Active).await.unwrap());
    caller
}

pub async fn write(written: &mut Written) {
    let store = written.world.store();
    enrolment(written, &store).await;
    attempts(written, &store).await;
    administration(written, &store).await;
    rotation(written, &store).await;
    imports(written, &store).await;
}

async fn enrolment(written: &mut Written, store: &Store) {
    let key = hasher();
    create(store, &key, "one-pin", "4711").await;
    written.shows(Callers, "one-pin", "demo#one-pin", None).await;
    written.after("one-pin").await;
    let several = create(store, &key, "several-pins", "4711").await;
    assert_eq!(store.add_pin(&several, &tags(&key, &several, "6093")).await.unwrap(), Change::Made);
    written.shows(Callers, "several-pins", "demo#several-pins", None).await;
    written.after("several-pins").await;
    let none = caller("no-pin");
    assert!(store.create_caller(&none, &[], &Attributes::new(), Status::Active).await.unwrap());
    written.shows(Callers, "no-pin", "demo#no-pin", None).await;
    written.after("no-pin").await;
    create(store, &key, "#depot-door", "4711").await;
    written.shows(Callers, "shared-pin", "demo##depot-door", None).await;
    written.after("shared-pin").await;

    let of_all_kinds = json!({
        "first_name": "Ada", "empty": "", "visits": 7, "balance": 12.5, "vip": true, "nothing": null,
        "tags": ["a", 1, false, null, ["b"]], "address": { "city": "Springfield", "floors": { "second": 2 } },
        "none": [], "blank": {},
    });
    let attributes: Attributes = serde_json::from_value(of_all_kinds).unwrap();
    let all = caller("attributes");
    assert!(store.create_caller(&all, &tags(&key, &all, "4711"), &attributes, Status::Active).await.unwrap());
    written.shows(Callers, "attributes", "demo#attributes", None).await;
    written.after("attributes").await;

    let set = caller("set-pins");
    assert_eq!(store.set_pins(&set, &tags(&key, &set, "4711"), &attributes).await.unwrap(), Change::Made);
    written.after("set-pins").await;
    store.replace_pins(&set, &tags(&key, &set, "6093")).await.unwrap();
    assert_eq!(store.set_attributes(&set, &Attributes::new()).await.unwrap(), Change::Made);
    assert_eq!(store.put_attributes(&set, &attributes).await.unwrap(), Change::Made);
    written.after("replaced").await;
    let until = NOON.plus(crate::shapes::DAY);
    let passing = caller("passing");
    assert!(store.create_passing_caller(&passing, &tags(&key, &passing, "4711"), until).await.unwrap());
    written.shows(Callers, "passing", "demo#passing", None).await;
    written.after("passing").await;
    attempt(store, &key, &passing, "0000", "c-1").await;
    written.after("passing-called").await;
    store.remove_passing_caller(&passing).await.unwrap();
    let (Change::Made | Change::NoCaller) = store.delete_caller(&set).await.unwrap();
    written.after("removed").await;
}

async fn attempts(written: &mut Written, store: &Store) {
    let key = hasher();
    let failed = create(store, &key, "one-failure", "4711").await;
    attempt(store, &key, &failed, "0000", "c-1").await;
    written.shows(Callers, "one-failure", "demo#one-failure", None).await;
    written.after("one-failure").await;
    let locked = create(store, &key, "locked", "4711").await;
    for call in ["c-1", "c-2", "c-3"] {
        attempt(store, &key, &locked, "0000", call).await;
    }
    written.shows(Callers, "locked", "demo#locked", None).await;
    written.after("locked").await;
    let verified = create(store, &key, "verified", "4711").await;
    attempt(store, &key, &verified, "4711", "c-1").await;
    written.shows(Callers, "verified", "demo#verified", None).await;
    written.after("verified").await;
}

async fn administration(written: &mut Written, store: &Store) {
    let key = hasher();
    let suspended = create(store, &key, "suspended", "4711").await;
    attempt(store, &key, &suspended, "0000", "c-1").await;
    assert_eq!(store.set_status(&suspended, Status::Suspended).await.unwrap(), Change::Made);
    written.shows(Callers, "suspended", "demo#suspended", None).await;
    written.after("suspended").await;
    assert_eq!(store.set_status(&suspended, Status::Active).await.unwrap(), Change::Made);
    assert_eq!(store.unlock(&suspended).await.unwrap(), Change::Made);
    assert_eq!(store.remove_pin(&suspended, &tags(&key, &suspended, "4711")).await.unwrap(), Change::Made);
    written.after("unlocked").await;
}

async fn rotation(written: &mut Written, store: &Store) {
    let (former, moving) = (former(), moving());
    let outdated = create(store, &former, "outdated-tag", "4711").await;
    written.shows(Callers, "outdated-tag", "demo#outdated-tag", None).await;
    written.after("outdated-tag").await;
    attempt(store, &moving, &outdated, "0000", "c-1").await;
    attempt(store, &moving, &outdated, "4711", "c-1").await;
    written.after("outdated-replaced").await;
    let rotating = create(store, &former, "rotating", "4711").await;
    let holder = store.pin_holder(&rotating).await.unwrap().unwrap();
    let (new, old) = (moving.keys().current(), former.keys().current());
    for what in [OldTag::Keep, OldTag::Remove] {
        let found = moving.tags_by_key(&rotating, &holder.tags, old, new);
        let pairs = [found.old_only, found.both].concat();
        let ringbolt_dynamodb::key_rotation::Moved::Done = store.move_tags(&rotating, &pairs, what).await.unwrap()
        else {
            panic!("nobody else writes")
        };
        if what == OldTag::Keep {
            written.shows(Callers, "rotating", "demo#rotating", None).await;
            written.after("rotating").await;
        }
    }
    written.after("rotated").await;
    // Nothing of the caller can be compared, so the attempt is taken back.
    let unknown = create(store, &former, "unknown-key", "4711").await;
    let hasher = hasher();
    let prepared = hasher.prepare(&unknown, &Guess::keyed("4711").unwrap()).unwrap();
    let fingerprint = Fingerprint::new(hasher.keys().current(), "c-1", &prepared, 0);
    let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now: NOON };
    assert_eq!(store.attempt(&hasher, &attempt).await.unwrap_err().kind(), "unknown-key");
    written.after("taken-back").await;
}

async fn imports(written: &mut Written, store: &Store) {
    let key = hasher();
    let realm = caller("x").realm;
    assert_eq!(store.lock_import(&realm, "run-1", NOON).await.unwrap(), ImportLock::Ours);
    written.shows(Callers, "import-lock", "#import#demo", None).await;
    written.after("import-lock").await;
    assert_eq!(store.keep_import_lock(&realm, "run-1", NOON).await.unwrap(), ImportLock::Ours);
    store.unlock_import(&realm, "run-1").await.unwrap();
    written.shows(Callers, "import-lock-free", "#import#demo", None).await;
    written.after("import-lock-free").await;

    let attributes = Attributes::from([("first_name".to_owned(), "Ada".into())]);
    let imported = caller("imported");
    for (row, pin, comes) in
        [(2, "4711", Imported::First), (7, "6093", Imported::Further), (5, "2580", Imported::Further)]
    {
        let tags = tags(&key, &imported, pin);
        let attributes = Some(&attributes);
        let row =
            ImportedRow { caller: &imported, tags: &tags, attributes, run: "run-1", row, existing: Existing::Replace };
        assert_eq!(store.import_row(&row).await.unwrap(), comes);
    }
    written.shows(Callers, "imported", "demo#imported", None).await;
    written.after("imported").await;
    attempt(store, &key, &imported, "0000", "c-1").await;
    written.after("imported-called").await;
    let existing = create(store, &key, "added-by-import", "4711").await;
    let tags = tags(&key, &existing, "6093");
    for (run, existing_callers, comes) in
        [("run-1", Existing::Add, Imported::First), ("run-2", Existing::Skip, Imported::Skipped)]
    {
        let row =
            ImportedRow { caller: &existing, tags: &tags, attributes: None, run, row: 2, existing: existing_callers };
        assert_eq!(store.import_row(&row).await.unwrap(), comes);
    }
    written.after("added-by-import").await;
}
