//! Every mapping of the language with its keys.

use super::Kind::{
    Condition, Constant, Duration, Flag, Id, List, Name, Named, Nothing, Number, OneOf, Reply, Spans, Template, Text,
    Whole, Word, Zone,
};
use super::Presence::{Default, Optional, Required};
use super::{Key, Kind, Mapping, Presence};

const fn key(name: &'static str, presence: Presence, value: Kind, about: &'static str) -> Key {
    Key { name, presence, value, about }
}

/// A name as it can stand in an expression.
const WORD: &str = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";

/// The most rules in one place: each may cost a caller on the line some microseconds.
pub const MOST_RULES: usize = 500;

const PORTAL_ID: &str = "^[0-9]{1,20}$";

pub static FLOW: Mapping = Mapping {
    name: "flow",
    about: "The whole file.",
    keys: &[
        key("flow", Required, Name, "The flow's name in the webhooks' addresses."),
        key("realm", Required, Name, "Whose PINs: flows with one realm share callers and their lockouts."),
        key(
            "identifier",
            Default("text"),
            Word(&["text", "digits"]),
            "Which spellings of a user's id are the same: `digits` looks at its digits alone.",
        ),
        key("lockout", Optional, Kind::Mapping(&LOCKOUT), "When a caller who failed too often may try again."),
        key("limits", Optional, Kind::Mapping(&LIMITS), "How much one call and one calling number may try."),
        key("fallback", Required, Kind::Mapping(&FALLBACK), "What is answered when anything fails."),
        key(
            "hours",
            Optional,
            Named { keys: "name", pattern: WORD, values: &Kind::Mapping(&CALENDAR) },
            "Opening hours, asked with `open(\"name\")`.",
        ),
        key(
            "split",
            Optional,
            Named {
                keys: "name",
                pattern: WORD,
                values: &Named { keys: "share", pattern: WORD, values: &Whole(0, 100) },
            },
            "Shares of calls in percent, 100 together, asked with `split(\"name\") == \"share\"`. A call keeps its share; \
             calls without an id all have the same.",
        ),
        key(
            "numbers",
            Optional,
            Named {
                keys: "name",
                pattern: WORD,
                values: &OneOf(&[
                    List(&Text, 0, usize::MAX),
                    Named { keys: "telephone number", pattern: "^[-+(). 0-9]{7,24}$", values: &Text },
                ]),
            },
            "Lists of telephone numbers, asked with `listed(\"name\", number)`: a list says whether it has the number, a \
             mapping gives the text beside it.",
        ),
        key(
            "constants",
            Optional,
            Named { keys: "name", pattern: WORD, values: &Constant },
            "Values under names, used as `flow.name`.",
        ),
        key("wix_answers", Optional, Kind::Mapping(&WIX_ANSWERS), "The auth webhook of Wix Answers."),
        key("dialogtech", Optional, Kind::Mapping(&DIALOGTECH), "The next-action webhook of DialogTech."),
    ],
    together: r#"{ "anyOf": [{ "required": ["wix_answers"] }, { "required": ["dialogtech"] }] }"#,
};

pub static LOCKOUT: Mapping = Mapping {
    name: "lockout",
    about: "So many failures in a row lock a caller, the next so many for twice as long, and so on.",
    keys: &[
        key("attempts", Default("3"), Whole(1, 10), "Failures in a row that lock."),
        key("lock", Default("30m"), Duration, "How long the first lock is; at most 24 hours."),
        key("longest", Default("24h"), Duration, "How long a lock can grow: at least `lock`, at most 24 hours."),
        key(
            "suspend_after",
            Default("20"),
            Whole(1, 100),
            "Failures in a row after which only an administrator unlocks (NIST SP 800-63B: at most 100).",
        ),
    ],
    together: "{}",
};

pub static LIMITS: Mapping = Mapping {
    name: "limits",
    about: "How much one call and one calling number may try, whatever accounts they name.",
    keys: &[
        key(
            "attempts_per_call",
            Default("3"),
            Whole(1, 10),
            "Tries at a PIN within one call of DialogTech; right PINs and silence count as well.",
        ),
        key("per_ani", Optional, Kind::Mapping(&ANI_LIMIT), "Tries from one calling number."),
    ],
    together: "{}",
};

pub static ANI_LIMIT: Mapping = Mapping {
    name: "per_ani",
    about: "All who withhold their number count as one.",
    keys: &[
        key("attempts", Required, Whole(1, 100_000), "Tries within a window."),
        key("window", Required, Duration, "How long a window is: 1 minute to 24 hours."),
    ],
    together: "{}",
};

pub static FALLBACK: Mapping = Mapping {
    name: "fallback",
    about: "What a caller gets when anything fails: without templates, so that it cannot fail itself. Required for each \
            provider that the flow answers, and never what the right PIN leads to.",
    keys: &[
        key("wix_answers", Optional, Reply, "For Wix Answers."),
        key("dialogtech", Optional, ACTION_OR_HANGUP, "For an IVR of DialogTech that asks for its next action."),
        key("say", Default("an apology in English"), Text, "For an IVR of DialogTech that reads what we answer."),
    ],
    together: "{}",
};

pub static CALENDAR: Mapping = Mapping {
    name: "hours",
    about: "When a line is open, by the wall clock of its time zone, daylight saving included. A span that ends \
            before its beginning (`22:00-04:00`) ends on the next day and belongs to the day on which it begins.",
    keys: &[
        key("zone", Required, Zone, "Where the clock hangs, such as `America/New_York`."),
        key(
            "open",
            Required,
            Named { keys: "weekdays (`mon`, `mon-fri`, `sat, sun`, `daily`)", pattern: DAYS, values: &Spans },
            "The spans of each weekday; a day that is not named is closed.",
        ),
        key(
            "holidays",
            Optional,
            Named {
                keys: "date (`2026-12-25`, or `12-25` for every year)",
                pattern: "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$",
                values: &Spans,
            },
            "Dates that differ from their weekday. A date with its year stands above one without.",
        ),
    ],
    together: "{}",
};

const DAYS: &str = "^ *(daily|(mon|tue|wed|thu|fri|sat|sun)( *- *(mon|tue|wed|thu|fri|sat|sun))?)\
                    ( *, *(daily|(mon|tue|wed|thu|fri|sat|sun)( *- *(mon|tue|wed|thu|fri|sat|sun))?))* *$";

const REPLY_OR_RULES: Kind = OneOf(&[Reply, Kind::Mapping(&REPLY_RULES)]);

pub static WIX_ANSWERS: Mapping = Mapping {
    name: "wix_answers",
    about: "Where a call goes after a caller keyed a PIN. No other outcome may be the same as `success`, or as the last of \
            its rules. Conditions speak of `call` (`callId`, `from.countryCode`, `from.number`, and `ani`, both \
            together), `user` (the fields that the provider sends), `flow`, and in `success` of `caller`.",
    keys: &[
        key("success", Required, REPLY_OR_RULES, "The PIN is right: an IVR."),
        key("failure", Required, REPLY_OR_RULES, "The PIN is wrong, or none was keyed."),
        key(
            "locked",
            Default("as `failure`"),
            REPLY_OR_RULES,
            "The caller is locked out or suspended, or the calling number is over its limit.",
        ),
        key("unknown", Default("disconnect"), REPLY_OR_RULES, "Nobody enrolled this user."),
        key("banned", Default("disconnect"), REPLY_OR_RULES, "The provider calls the user banned."),
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
    keys: &[
        key("when", Default("always"), Condition, "When the rule holds."),
        key("do", Required, Reply, "Where the call goes."),
    ],
    together: "{}",
};

pub static DIALOGTECH: Mapping = Mapping {
    name: "dialogtech",
    about: "What follows each IVR of DialogTech, by its building-block id.",
    keys: &[
        key(
            "ivrs",
            Required,
            Named { keys: "id of the IVR", pattern: PORTAL_ID, values: &STEP_OR_HANGUP },
            "The IVRs whose results come to this flow.",
        ),
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
    ],
    together: "{}",
};

const ACTION_OR_HANGUP: Kind = OneOf(&[Word(&["hangup"]), Kind::Mapping(&ACTION)]);
const STEP_OR_HANGUP: Kind = OneOf(&[Word(&["hangup"]), Kind::Mapping(&STEP)]);
const ACTION_OR_RULES: Kind = OneOf(&[Word(&["hangup"]), Kind::Mapping(&ACTION), Kind::Mapping(&OUTCOME_RULES)]);
const ONE_KEY: &str = r#"{ "minProperties": 1, "maxProperties": 1 }"#;

pub static STEP: Mapping = Mapping {
    name: "what follows an IVR",
    about: "One of these, or the word `hangup`.",
    keys: &[
        key("verify_pin", Optional, Kind::Mapping(&VERIFY_PIN), "The IVR asked for a PIN."),
        key(
            "rules",
            Optional,
            List(&Kind::Mapping(&RULE), 1, MOST_RULES),
            "The first rule that holds answers; where none does, the fallback. All with `do`, or all with `say`.",
        ),
        key(
            "say",
            Optional,
            Template,
            "A text to read, for an IVR that is set to \"Retrieve message and read to user\" in the portal.",
        ),
        key("do", Optional, ACTION_OR_HANGUP, "The same action for everybody; it can also stand without `do`."),
        key("ivr", Optional, Kind::Mapping(&IVR), "Run an IVR."),
        key("findme", Optional, Kind::Mapping(&FINDME), "Ring people."),
        key("vr", Optional, Kind::Mapping(&ONLY_ID), "Run a virtual receptionist."),
        key("voicemail", Optional, Kind::Mapping(&ONLY_ID), "Take a message."),
        key("hangup", Optional, Nothing, "End the call."),
        key("transfer", Optional, Kind::Mapping(&TRANSFER), "Connect the call to a number."),
    ],
    together: ONE_KEY,
};

pub static RULE: Mapping = Mapping {
    name: "rule",
    about: "The first rule whose condition holds answers. A condition that cannot be judged does not hold: an answer \
            that should be a number and is none, a part of something that is not there.",
    keys: &[
        key("when", Default("always"), Condition, "When the rule holds."),
        key("do", Optional, ACTION_OR_HANGUP, "What then happens."),
        key("say", Optional, Template, "What is then read to the caller."),
    ],
    together: r#"{ "oneOf": [{ "required": ["do"] }, { "required": ["say"] }] }"#,
};

pub static OUTCOME_RULES: Mapping = Mapping {
    name: "rules of an outcome",
    about: "The first rule that holds answers; where none does, the fallback.",
    keys: &[key("rules", Required, List(&Kind::Mapping(&OUTCOME_RULE), 1, MOST_RULES), "The rules, in order.")],
    together: "{}",
};

pub static OUTCOME_RULE: Mapping = Mapping {
    name: "rule of an outcome",
    about: "",
    keys: &[
        key("when", Default("always"), Condition, "When the rule holds."),
        key("do", Required, ACTION_OR_HANGUP, "What then happens."),
    ],
    together: "{}",
};

pub static VERIFY_PIN: Mapping = Mapping {
    name: "verify_pin",
    about: "Checks a PIN, and goes on by what came of it: each outcome is an action, or `rules`. The tries are counted in \
            the database and ride along, signed, in the pass-through data under the key `rb`.",
    keys: &[
        key("user", Required, Template, "Whose PIN it is said to be: `\"{{ answers.account }}\"`."),
        key(
            "pin",
            Required,
            Template,
            "The PIN, out of named answers: `\"{{ answers.pin }}\"`. Nothing else may read them.",
        ),
        key("verified", Required, ACTION_OR_RULES, "The PIN is right. The only outcome that may speak of `caller`."),
        key("wrong", Required, ACTION_OR_RULES, "The PIN is wrong, and there are tries left."),
        key(
            "too_many_attempts",
            Default("the fallback"),
            ACTION_OR_RULES,
            "The call or the calling number has no tries left, or this failure locks the caller.",
        ),
        key("locked", Default("as `too_many_attempts`"), ACTION_OR_RULES, "The caller is locked out or suspended."),
        key(
            "unknown",
            Default("as `wrong`, so that nobody learns which accounts exist"),
            ACTION_OR_RULES,
            "Nobody enrolled this user.",
        ),
        key("unanswered", Default("as `wrong`"), ACTION_OR_RULES, "Nothing was keyed. It is no failed attempt."),
    ],
    together: "{}",
};

pub static ACTION: Mapping = Mapping {
    name: "action",
    about: "One of these, or the word `hangup`. The parameters have the names of DialogTech's specification.",
    keys: &[
        key("ivr", Optional, Kind::Mapping(&IVR), "Run an IVR."),
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

pub static IVR: Mapping = Mapping {
    name: "ivr",
    about: "",
    keys: &[
        key("id", Required, Id, "Which IVR."),
        key("question_id", Default("its beginning"), Id, "The question to start at."),
        key(
            "user_parameters",
            Optional,
            Named { keys: "name", pattern: "^(?![Xx][Mm][Ll])[A-Za-z_][A-Za-z0-9_]{0,63}$", values: &Template },
            "Values for the `@name` placeholders in the IVR's questions.",
        ),
        key(
            "pass",
            Optional,
            OneOf(&[Template, Named { keys: "key", pattern: "^(?!rb$)[^|%]+$", values: &Template }]),
            "What comes back with that IVR's results, as `pass`: a mapping, or one text that is passed as it is. The key \
             `rb` is taken.",
        ),
        key("spelling", Default("as `dialogtech` says"), Word(&["ivr", "survo"]), "How the app is written."),
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
            "Allows a template of what callers say or are called: they can then have any number rung, at your cost.",
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
        key("whisper_audio", Optional, Template, "An audio file of the account, with `screen_method: 2`."),
        key("record", Optional, Flag, "Record the call; both parties are warned."),
        key(
            "auto_accept",
            Optional,
            Whole(0, 3),
            "0 ask the person; 1 the first number that answers gets the call; 2 the last number tried, without \
             screening; 3 the last number tried, with screening.",
        ),
        key(
            "nextaction",
            Optional,
            Whole(1, 7),
            "If nobody answers: 1 say so and disconnect, 2 voicemail, 3 the last number gets the call, 4 virtual \
             receptionist, 5 FindMe, 6 IVR, 7 the last number gets the call without screening.",
        ),
        key("nextactionitem", Optional, Id, "The building block of `nextaction` 2, 4, 5 and 6."),
        key("timeout", Optional, Whole(20, 60), "Seconds that each number rings."),
        key(
            "caller_may_choose",
            Default("false"),
            Flag,
            "Allows numbers out of what callers say or are called: they can then have any number rung, at your cost.",
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
              "then": { "required": ["nextactionitem"] } }
        ]
    }"#,
};
