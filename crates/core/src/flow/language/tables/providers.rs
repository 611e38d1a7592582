//! What a flow says about its providers.

use super::super::Kind::{Flag, Guid, IvrName, List, Named, OneOf, Prompt, Reply, Text, Url, Voice, Whole, Word};
use super::super::Presence::{Default, Optional, Required};
use super::super::{Kind, Mapping};
use super::keys::{DURESS, IN_DOUBT, IN_DOUBT_NEEDS_WHEN, IVR_NAME, KEY, MOST_RULES, PORTAL_ID, WHEN, key};

pub(super) const REPLY_OR_RULES: Kind = OneOf(&[Reply, Kind::Mapping(&REPLY_RULES)]);

pub static WIX_ANSWERS: Mapping = Mapping {
    name: "wix_answers",
    about: "Where a call goes after a caller keyed a PIN. No other outcome may lead where `success` leads. Conditions speak \
            of `call` (`call.ani`, `call.id`, and the provider's `callId` and `from`), `user` (the fields that the \
            provider sends), `flow`, and in `success` of `caller`.",
    keys: &[
        key("prompt", Optional, Prompt, "What the caller hears where the PIN is asked for."),
        key(
            "ivrs",
            Optional,
            Named { keys: "name of the IVR", pattern: IVR_NAME, values: &Kind::Mapping(&WIX_IVR) },
            "Names for IVRs of Wix Answers.",
        ),
        key("success", Required, REPLY_OR_RULES, "The PIN is right: an IVR."),
        key("failure", Required, REPLY_OR_RULES, "The PIN is wrong, or none was keyed."),
        key(
            "locked",
            Default("as `failure`"),
            REPLY_OR_RULES,
            "The caller is locked or suspended, or the calling number is over its limit.",
        ),
        key("unknown", Default("disconnect"), REPLY_OR_RULES, "Nobody enrolled this user."),
        key("banned", Default("disconnect"), REPLY_OR_RULES, "The provider calls the user banned."),
        key("duress", Default("false"), Flag, DURESS),
    ],
    together: "{}",
};

pub static WIX_IVR: Mapping = Mapping {
    name: "IVR of wix_answers",
    about: "",
    keys: &[
        key("guid", Required, Guid, "Its GUID: the end of the address of its settings page."),
        key("says", Optional, Prompt, "What the caller hears there."),
    ],
    together: "{}",
};

pub static REPLY_RULES: Mapping = Mapping {
    name: "rules of wix_answers",
    about: "The first rule that holds answers.",
    keys: &[key("rules", Required, List(&Kind::Mapping(&REPLY_RULE), 1, MOST_RULES), "The rules, in order.")],
    together: "{}",
};

pub static REPLY_RULE: Mapping = Mapping {
    name: "rule of wix_answers",
    about: "",
    keys: &[WHEN, IN_DOUBT, key("do", Required, Reply, "Where the call goes.")],
    together: IN_DOUBT_NEEDS_WHEN,
};

pub static DIALOGTECH: Mapping = Mapping {
    name: "dialogtech",
    about: "",
    keys: &[
        key(
            "field_names",
            Optional,
            Named { keys: "name in the specification (`ivr_caller_id`)", pattern: "^ivr_[a-z_]+$", values: &Text },
            "For portals that send the fields of a call under names of their own.",
        ),
        key(
            "spelling",
            Default("ivr"),
            Word(&["ivr", "survo"]),
            "How the app of an IVR is written in our answers: `survo` is its old name.",
        ),
        key(
            "without_ivr_id",
            Default("the fallback is answered"),
            IvrName,
            "The IVR of results that carry no `ivr_id`, as in the specification's own GET example.",
        ),
    ],
    together: "{}",
};

pub static TWIML: Mapping = Mapping {
    name: "twiml",
    about: "There is no portal behind a provider of TwiML (Twilio, SignalWire, Telnyx): the flow says what its mailboxes, \
            receptionists and audio files are.",
    keys: &[
        key("language", Default("the provider's"), Text, "The language of prompts, such as `en-US`."),
        key(
            "voice",
            Default("the provider's"),
            Voice,
            "Who speaks the prompts: a voice of the provider, 1 to 64 letters, digits, `.`, `-` and `_`.",
        ),
        key(
            "repeats",
            Default("2"),
            Whole(0, 9),
            "How often a question is asked again after silence or an invalid entry, before it counts as unanswered.",
        ),
        key(
            "audio",
            Optional,
            Named { keys: "name of the audio file", pattern: KEY, values: &Url },
            "Where the audio files are that `whisper_audio` names.",
        ),
        key(
            "voicemail",
            Optional,
            Named { keys: "id of the voicemail", pattern: PORTAL_ID, values: &Kind::Mapping(&MAILBOX) },
            "The mailboxes that actions name.",
        ),
        key(
            "vr",
            Optional,
            Named { keys: "id of the virtual receptionist", pattern: PORTAL_ID, values: &IvrName },
            "Which IVR stands in for a virtual receptionist.",
        ),
    ],
    together: "{}",
};

pub static MAILBOX: Mapping = Mapping {
    name: "mailbox",
    about: "",
    keys: &[key("greeting", Required, Prompt, "What the caller hears before the tone.")],
    together: "{}",
};
