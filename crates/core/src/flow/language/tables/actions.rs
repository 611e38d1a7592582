//! Actions and their parameters.

use super::super::Kind::{Flag, Id, IvrName, List, Named, Nothing, Number, OneOf, Template, Text, Whole, Word};
use super::super::Presence::{Default, Optional, Required};
use super::super::{Kind, Mapping};
use super::keys::key;

pub(super) const ACTION_OR_HANGUP: Kind = OneOf(&[Word(&["hangup"]), Kind::Mapping(&ACTION)]);

pub(super) const IVR_OR_MORE: Kind = OneOf(&[IvrName, Kind::Mapping(&TO_IVR)]);

pub(super) const ONE_KEY: &str = r#"{ "minProperties": 1, "maxProperties": 1 }"#;

pub static ACTION: Mapping = Mapping {
    name: "action",
    about: "One of these, or the word `hangup`. The parameters have the names of DialogTech's specification.",
    keys: &[
        key("ivr", Optional, IVR_OR_MORE, "Run an IVR."),
        key("findme", Optional, Kind::Mapping(&FINDME), "Ring people."),
        key("vr", Optional, Kind::Mapping(&ONLY_ID), "Run a virtual receptionist."),
        key("voicemail", Optional, Kind::Mapping(&ONLY_ID), "Take a message."),
        key("hangup", Optional, Nothing, "End the call."),
        key("transfer", Optional, Kind::Mapping(&TRANSFER), "Connect the call to a number."),
    ],
    together: ONE_KEY,
};

pub static ONLY_ID: Mapping =
    Mapping { name: "vr, voicemail", about: "", keys: &[key("id", Required, Id, "Which one.")], together: "{}" };

pub static TO_IVR: Mapping = Mapping {
    name: "ivr",
    about: "`{ ivr: login }` is short for `{ ivr: { to: login } }`.",
    keys: &[
        key("to", Required, IvrName, "Which IVR of this flow."),
        key("question_id", Default("its beginning"), Id, "The question to start at, by its id in the portal."),
        key(
            "user_parameters",
            Optional,
            Named { keys: "name", pattern: "^(?![Xx][Mm][Ll])[A-Za-z_][A-Za-z0-9_]{0,63}$", values: &Template },
            "Values for the `@name` placeholders in the IVR's prompts.",
        ),
        key(
            "pass",
            Optional,
            OneOf(&[Template, Named { keys: "key", pattern: "^(?!rb$)[^|%]+$", values: &Template }]),
            "What comes back with that IVR's results, as `pass`: a mapping, or one text that is passed as it is. The key \
             `rb` is taken.",
        ),
    ],
    together: "{}",
};

pub static TRANSFER: Mapping = Mapping {
    name: "transfer",
    about: "",
    keys: &[
        key("destination", Required, Number, "The number: ten digits, or a template of constants, lists and `caller`."),
        key(
            "caller_may_choose",
            Default("false"),
            Flag,
            "Allows a template of what callers say or send: they can then have any number rung, at your cost.",
        ),
    ],
    together: "{}",
};

pub static FINDME: Mapping = Mapping {
    name: "findme",
    about: "Either `id` or `phone_list`.",
    keys: &[
        key("id", Optional, Id, "A FindMe of the portal."),
        key(
            "phone_list",
            Optional,
            OneOf(&[List(&Number, 1, usize::MAX), Text]),
            "Numbers to try in this order, as a list or with bars between them.",
        ),
        key("simultaneous", Optional, Whole(1, 255), "How many ring at once."),
        key(
            "screen_method",
            Optional,
            Whole(0, 2),
            "What the person who answers hears first: 0 the caller's recorded name, 1 `whisper_phrase`, 2 `whisper_audio`.",
        ),
        key("whisper_phrase", Optional, Template, "The phrase, with `screen_method: 1`."),
        key(
            "whisper_audio",
            Optional,
            Template,
            "An audio file of the account, with `screen_method: 2`. For TwiML, an `https` URL or a name under `audio` of `twiml`.",
        ),
        key("record", Optional, Flag, "Record the call; both parties are warned."),
        key(
            "auto_accept",
            Optional,
            Whole(0, 3),
            "0 ask the person; 1 the first number that answers gets the call; 2 the last number tried, without \
             screening; 3 the last number tried, with screening.",
        ),
        key("dtmf_only", Optional, Flag, "With `auto_accept: 0`: accepting takes a key press."),
        key(
            "nextaction",
            Optional,
            Whole(1, 7),
            "If nobody answers: 1 say so and disconnect, 2 voicemail, 3 the last number gets the call, 4 virtual \
             receptionist, 5 FindMe, 6 IVR, 7 the last number gets the call without screening.",
        ),
        key(
            "nextactionitem",
            Optional,
            OneOf(&[Id, IvrName]),
            "Where `nextaction` leads: for 2, 4 and 5 an id of the portal, for 6 the name of an IVR.",
        ),
        key("timeout", Optional, Whole(20, 60), "Seconds that each number rings."),
        key(
            "caller_may_choose",
            Default("false"),
            Flag,
            "Allows numbers out of what callers say or send: they can then have any number rung, at your cost.",
        ),
    ],
    together: r#"{
        "oneOf": [{ "required": ["id"] }, { "required": ["phone_list"] }],
        "dependentSchemas": {
            "whisper_phrase": { "properties": { "screen_method": { "const": 1 } }, "required": ["screen_method"] },
            "whisper_audio": { "properties": { "screen_method": { "const": 2 } }, "required": ["screen_method"] },
            "nextactionitem": { "properties": { "nextaction": { "enum": [2, 4, 5, 6] } }, "required": ["nextaction"] }
        },
        "allOf": [
            { "if": { "properties": { "screen_method": { "const": 2 } }, "required": ["screen_method"] },
              "then": { "required": ["whisper_audio"] } },
            { "if": { "properties": { "nextaction": { "enum": [2, 4, 5, 6] } }, "required": ["nextaction"] },
              "then": { "required": ["nextactionitem"] } },
            { "if": { "properties": { "nextaction": { "enum": [2, 4, 5] } }, "required": ["nextaction"] },
              "then": { "properties": { "nextactionitem": { "pattern": "^[0-9]{1,20}$" } } } }
        ]
    }"#,
};
