//! IVRs, their questions, and what follows them.

use super::super::Kind::{
    Digits, Duration, Flag, IdByStage, IvrName, List, Name, Nothing, OneOf, Prompt, Template, Text, Word,
};
use super::super::Presence::{Default, Optional, Required};
use super::super::{Kind, Mapping};
use super::actions::{ACTION, ACTION_OR_HANGUP, FINDME, IVR_OR_MORE, ONLY_ID, TRANSFER};
use super::keys::{DURESS, IN_DOUBT, IN_DOUBT_NEEDS_WHEN, MOST_RULES, WHEN, key};

pub(super) const IVR_OR_HANGUP: Kind = OneOf(&[Word(&["hangup"]), Kind::Mapping(&IVR)]);

pub(super) const ACTION_OR_RULES: Kind =
    OneOf(&[Word(&["hangup"]), Kind::Mapping(&ACTION), Kind::Mapping(&OUTCOME_RULES)]);

pub(super) const ACTION_OR_VERIFIED_RULES: Kind =
    OneOf(&[Word(&["hangup"]), Kind::Mapping(&ACTION), Kind::Mapping(&VERIFIED_RULES)]);

pub static IVR: Mapping = Mapping {
    name: "ivrs",
    about: "One IVR: what it says and asks, and at most one step: `verify_pin`, `rules`, `say`, `do`, or an action itself. An \
            IVR without a step is the portal's own: calls can be sent there, and the portal decides what follows. Over \
            TwiML, the call ends there after what it says and asks.",
    keys: &[
        key(
            "id",
            Optional,
            IdByStage,
            "Its building block in DialogTech's portal; if stages differ, `{ dev: 20001, prod: 10001 }`.",
        ),
        key("says", Optional, Prompt, "What the caller hears before anything else."),
        key("asks", Optional, List(&Kind::Mapping(&ASK), 0, usize::MAX), "Its questions, in order."),
        key("verify_pin", Optional, Kind::Mapping(&VERIFY_PIN), "It asked for a PIN."),
        key(
            "rules",
            Optional,
            List(&Kind::Mapping(&RULE), 1, MOST_RULES),
            "The first rule that holds answers; if none does, the fallback. All with `do`, or all with `say`.",
        ),
        key(
            "say",
            Optional,
            Template,
            "A text to read, for an IVR that is set to \"Retrieve message and read to user\" in the portal.",
        ),
        key("do", Optional, ACTION_OR_HANGUP, "The same action for every call; it can also be written without `do`."),
        key("ivr", Optional, IVR_OR_MORE, "Run an IVR."),
        key("findme", Optional, Kind::Mapping(&FINDME), "Ring people."),
        key("vr", Optional, Kind::Mapping(&ONLY_ID), "Run a virtual receptionist."),
        key("voicemail", Optional, Kind::Mapping(&ONLY_ID), "Take a message."),
        key("hangup", Optional, Nothing, "End the call."),
        key("transfer", Optional, Kind::Mapping(&TRANSFER), "Connect the call to a number."),
        key(
            "like",
            Optional,
            IvrName,
            "Takes its questions and its step from another IVR, under an id of its own: one step for several IVRs.",
        ),
        key("spelling", Default("as `dialogtech` says"), Word(&["ivr", "survo"]), "How its app is written."),
    ],
    // At most one step.
    together: r#"{ "oneOf": [
        { "not": { "anyOf": [
            { "required": ["verify_pin"] }, { "required": ["rules"] }, { "required": ["say"] }, { "required": ["do"] },
            { "required": ["ivr"] }, { "required": ["findme"] }, { "required": ["vr"] }, { "required": ["voicemail"] },
            { "required": ["hangup"] }, { "required": ["transfer"] }
        ] } },
        { "required": ["verify_pin"] }, { "required": ["rules"] }, { "required": ["say"] }, { "required": ["do"] },
        { "required": ["ivr"] }, { "required": ["findme"] }, { "required": ["vr"] }, { "required": ["voicemail"] },
        { "required": ["hangup"] }, { "required": ["transfer"] }
    ] }"#,
};

pub static ASK: Mapping = Mapping {
    name: "asks",
    about: "One question.",
    keys: &[
        key("prompt", Required, Prompt, "What the caller hears."),
        key("as", Required, Text, "The name of the answer: `answers.NAME`."),
        key("digits", Default("any number of digits"), Digits, "How many digits it takes, 1 to 32."),
        key("one_of", Default("any answer"), List(&Text, 1, usize::MAX), "The only answers that it takes."),
        key("secret", Default("false"), Flag, "Nothing shows or keeps what is keyed. A PIN question must be secret."),
        key(
            "record",
            Optional,
            Duration,
            "The answer is spoken and recorded, for this long at most: 1 second to 10 minutes.",
        ),
        key("transcribe", Default("false"), Flag, "The recording is transcribed."),
    ],
    together: r#"{
        "dependentRequired": { "transcribe": ["record"] },
        "dependentSchemas": { "record": { "not": { "anyOf": [
            { "required": ["digits"] }, { "required": ["one_of"] }, { "required": ["secret"] }
        ] } } }
    }"#,
};

pub static RULE: Mapping = Mapping {
    name: "rule",
    about: "The first rule whose condition holds answers.",
    keys: &[
        WHEN,
        IN_DOUBT,
        key("do", Optional, ACTION_OR_HANGUP, "What then happens."),
        key("say", Optional, Template, "What is then read to the caller."),
    ],
    together: r#"{ "oneOf": [{ "required": ["do"] }, { "required": ["say"] }], "if": { "properties": { "in_doubt": { "enum": [true, 1] } }, "required": ["in_doubt"] }, "then": { "required": ["when"] } }"#,
};

pub static OUTCOME_RULES: Mapping = Mapping {
    name: "rules of an outcome",
    about: "The first rule that holds answers; if none does, the fallback.",
    keys: &[key("rules", Required, List(&Kind::Mapping(&OUTCOME_RULE), 1, MOST_RULES), "The rules, in order.")],
    together: "{}",
};

pub static OUTCOME_RULE: Mapping = Mapping {
    name: "rule of an outcome",
    about: "",
    keys: &[WHEN, IN_DOUBT, key("do", Required, ACTION_OR_HANGUP, "What then happens.")],
    together: IN_DOUBT_NEEDS_WHEN,
};

pub static VERIFIED_RULES: Mapping = Mapping {
    name: "rules of verified",
    about: "The first rule that holds answers; if none does, the fallback.",
    keys: &[key("rules", Required, List(&Kind::Mapping(&VERIFIED_RULE), 1, MOST_RULES), "The rules, in order.")],
    together: "{}",
};

pub static VERIFIED_RULE: Mapping = Mapping {
    name: "rule of verified",
    about: "",
    keys: &[
        WHEN,
        IN_DOUBT,
        key(
            "verified",
            Default("true"),
            Flag,
            "Whether the call counts as verified from here on; `false` for a caller who is turned away after the right PIN.",
        ),
        key("do", Required, ACTION_OR_HANGUP, "What then happens."),
    ],
    together: IN_DOUBT_NEEDS_WHEN,
};

pub static VERIFY_PIN: Mapping = Mapping {
    name: "verify_pin",
    about: "Checks a PIN and continues by the outcome: each is an action, or `rules`. The tries are counted in the database \
            and travel, signed, in the pass-through data under the key `rb`.",
    keys: &[
        key("user", Optional, Template, "Whose PIN it should be: `\"{{ answers.account }}\"`."),
        key(
            "shared",
            Optional,
            Name,
            "In place of `user`: several people share this PIN. It locks nobody, so `limits` must have `per_ani`.",
        ),
        key(
            "pin",
            Required,
            Template,
            "The PIN, out of named answers: `\"{{ answers.pin }}\"`. Nothing else may read them.",
        ),
        key(
            "verified",
            Required,
            ACTION_OR_VERIFIED_RULES,
            "The PIN is right. The only outcome that may speak of `caller`; no other may lead where it leads.",
        ),
        key("wrong", Required, ACTION_OR_RULES, "The PIN is wrong, and there are tries left."),
        key(
            "too_many_attempts",
            Default("the fallback"),
            ACTION_OR_RULES,
            "The call or the calling number has no tries left, or this failure locks the caller.",
        ),
        key("locked", Default("as `too_many_attempts`"), ACTION_OR_RULES, "The caller is locked or suspended."),
        key(
            "unknown",
            Default("as `wrong`, so that the answer doesn't show which accounts exist"),
            ACTION_OR_RULES,
            "Nobody enrolled this user.",
        ),
        key("unanswered", Default("as `wrong`"), ACTION_OR_RULES, "Nothing was keyed. It is no failed attempt."),
        key("duress", Default("false"), Flag, DURESS),
    ],
    together: r#"{ "oneOf": [{ "required": ["user"] }, { "required": ["shared"], "not": { "anyOf": [{ "required": ["locked"] }, { "required": ["unknown"] }] } }] }"#,
};
