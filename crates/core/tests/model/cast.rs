//! Who and what takes part in the models, by short names that print well in a trace.

use ringbolt_core::{lockout::Lockout, time::EpochMs};
use std::time::Duration;

/// Time in the models passes in steps of this length, which is also the length of the first lock. It is longer than
/// the retry window.
pub const LOCK: Duration = Duration::from_secs(60);

/// When every model begins. Short, so that times in a trace are easy to read.
pub const START: EpochMs = EpochMs(1_000_000);

/// 2 failures lock for one step of time, 4 for two, and the fifth suspends.
pub fn lockout() -> Lockout {
    Lockout::new(2, LOCK, 2 * LOCK, 5).unwrap()
}

/// What a caller may key. `Own` is the caller's PIN until an administrator replaces it by `A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pin {
    Own,
    A,
    B,
}

impl Pin {
    pub const ALL: [Self; 3] = [Self::Own, Self::A, Self::B];

    pub fn digits(self) -> &'static str {
        match self {
            Self::Own => "4711",
            Self::A => "6093",
            Self::B => "2580",
        }
    }
}

/// A call. The same guess in the same call is a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    C1,
    C2,
}

impl Call {
    pub const ALL: [Self; 2] = [Self::C1, Self::C2];

    pub fn id(self) -> &'static str {
        match self {
            Self::C1 => "c-1",
            Self::C2 => "c-2",
        }
    }
}

/// A PIN key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Old,
    New,
}

/// A hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    Former,
    Current,
}

/// The tag of a PIN in the caller's item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    pub pin: Pin,
    pub key: Key,
    pub hash: Hash,
}

/// The fingerprint of an attempt. It depends on the key and the hash that the functions use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Print {
    pub call: Call,
    pub pin: Pin,
    pub key: Key,
    pub hash: Hash,
}

/// The PIN keys that functions know, the current one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keys {
    Old,
    OldThenNew,
    NewThenOld,
    New,
}

impl Keys {
    pub const ALL: [Self; 4] = [Self::Old, Self::OldThenNew, Self::NewThenOld, Self::New];

    pub fn in_order(self) -> &'static [Key] {
        match self {
            Self::Old => &[Key::Old],
            Self::OldThenNew => &[Key::Old, Key::New],
            Self::NewThenOld => &[Key::New, Key::Old],
            Self::New => &[Key::New],
        }
    }
}

/// The configuration of the functions that handle a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Functions {
    pub keys: Keys,
    /// The hash for new tags. `Hash::Current` also recognises tags of the former one; `Hash::Former` knows no other.
    pub hash: Hash,
}

impl Functions {
    pub fn all() -> impl Iterator<Item = Self> {
        Keys::ALL.into_iter().flat_map(|keys| [Hash::Former, Hash::Current].map(|hash| Self { keys, hash }))
    }

    pub fn current_key(self) -> Key {
        self.keys.in_order()[0]
    }

    /// The tag that a right guess finds.
    pub fn tag(self, pin: Pin) -> Tag {
        Tag { pin, key: self.current_key(), hash: self.hash }
    }

    pub fn print(self, call: Call, pin: Pin) -> Print {
        Print { call, pin, key: self.current_key(), hash: self.hash }
    }

    /// Whether the functions are meant to recognise a tag.
    pub fn know(self, tag: Tag) -> bool {
        self.keys.in_order().contains(&tag.key) && (tag.hash == self.hash || self.hash == Hash::Current)
    }
}

/// How far a rotation of the PIN key is. Between two steps the operator restarts the functions, so those of two steps
/// can be running at once (docs/deploy.md, "Rotate the PIN key").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rotation {
    NotBegun,
    /// `rotate-pin-key begin`: the secret has both keys.
    Begun,
    /// `rotate-pin-key run`: every PIN has a tag under both keys.
    Copied,
    /// `rotate-pin-key finish`: the new key becomes the current one.
    Switched,
    /// `rotate-pin-key finish` again: the old tags are gone, the secret still has the old key.
    Moved,
    /// The secret has only the new key.
    Finished,
}

impl Rotation {
    /// The keys of the functions that may be running.
    pub fn running(self) -> &'static [Keys] {
        match self {
            Self::NotBegun => &[Keys::Old],
            Self::Begun => &[Keys::Old, Keys::OldThenNew],
            Self::Copied => &[Keys::OldThenNew],
            Self::Switched => &[Keys::OldThenNew, Keys::NewThenOld],
            Self::Moved => &[Keys::NewThenOld],
            Self::Finished => &[Keys::NewThenOld, Keys::New],
        }
    }

    /// The steps that may come next. The keys can also be switched by hand, before any tag was copied.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::NotBegun => &[Self::Begun],
            Self::Begun => &[Self::Copied, Self::Switched],
            Self::Copied => &[Self::Switched],
            Self::Switched => &[Self::Moved],
            Self::Moved => &[Self::Finished],
            Self::Finished => &[],
        }
    }
}

/// The clock of the instance that handles a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// Slow by the length of a lock.
    Behind,
    Right,
    /// Fast by the length of a lock.
    Ahead,
}

impl Clock {
    pub fn reads(self, time: EpochMs) -> EpochMs {
        match self {
            Self::Behind => time.minus(LOCK),
            Self::Right => time,
            Self::Ahead => time.plus(LOCK),
        }
    }
}
