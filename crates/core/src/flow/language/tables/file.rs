//! The file itself: names, limits, the fallback, hours, and where calls start.

use super::super::Kind::{
    Constant, Duration, Flag, IvrName, List, Name, Named, OneOf, Reply, Spans, Text, Whole, Word, Zone,
};
use super::super::Presence::{Default, Optional, Required};
use super::super::{Kind, Mapping};
use super::actions::ACTION_OR_HANGUP;
use super::ivrs::IVR_OR_HANGUP;
use super::keys::{HOLIDAYS, IN_DOUBT, IN_DOUBT_NEEDS_WHEN, IVR_NAME, KEY, MOST_RULES, WHEN, key};
use super::providers::{DIALOGTECH, TWIML, WIX_ANSWERS};

/// A name as an expression can use it.
pub(super) const WORD: &str = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";

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
        key(
            "records",
            Default("true"),
            Flag,
            "Whether visits are recorded. `false` saves two writes a visit, and `ringbolt call` then knows the calls only \
             from the log.",
        ),
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
             mapping gives the text of the number. Every spelling of a number is the same; numbers of other countries \
             begin with `+`, `00` or `011` and the country's code, or with the code.",
        ),
        key(
            "tables",
            Optional,
            Named {
                keys: "name",
                pattern: WORD,
                values: &OneOf(&[
                    Named { keys: "key", pattern: KEY, values: &Text },
                    Named {
                        keys: "key",
                        pattern: KEY,
                        values: &Named { keys: "column", pattern: WORD, values: &Text },
                    },
                ]),
            },
            "Tables to look anything up in, asked with `lookup(\"name\", key)` or `lookup(\"name\", key).column`; an \
             absent key gives nothing, and asking for a column of it is an error. All keys of a table have a text, or \
             all have columns. Spaces around a key, `#` at its end and capital letters make no difference.",
        ),
        key(
            "constants",
            Optional,
            Named { keys: "name", pattern: WORD, values: &Constant },
            "Values under names, used as `flow.name`. `yes`, `no`, `on` and `off` need quotes.",
        ),
        key(
            "starts",
            Default("nowhere: for IVRs that only the portal knows"),
            OneOf(&[IvrName, Kind::Mapping(&START_RULES)]),
            "Where a call begins. Required if the IVRs say what they ask. (In DialogTech's own portal a number is tied to \
             its IVR.)",
        ),
        key(
            "ivrs",
            Optional,
            Named { keys: "name of the IVR", pattern: IVR_NAME, values: &IVR_OR_HANGUP },
            "The IVRs: what each asks, and what follows.",
        ),
        key("wix_answers", Optional, Kind::Mapping(&WIX_ANSWERS), "The auth webhook of Wix Answers."),
        key(
            "dialogtech",
            Optional,
            Kind::Mapping(&DIALOGTECH),
            "How DialogTech's portal differs from its specification.",
        ),
        key("twiml", Optional, Kind::Mapping(&TWIML), "What a provider of TwiML needs to know."),
    ],
    together: r#"{ "anyOf": [{ "required": ["wix_answers"] }, { "required": ["ivrs"] }] }"#,
};

pub static LOCKOUT: Mapping = Mapping {
    name: "lockout",
    about: "A number of failures in a row locks a caller; the same number again locks for twice as long, and so on.",
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
    about: "Callers who withhold their number count as one number.",
    keys: &[
        key("attempts", Required, Whole(1, 100_000), "Tries within a window."),
        key(
            "window",
            Required,
            Duration,
            "1 minute to 24 hours. The window slides: no stretch of this length has more tries, and a number at its limit waits up to an eighth longer.",
        ),
    ],
    together: "{}",
};

pub static FALLBACK: Mapping = Mapping {
    name: "fallback",
    about: "What a caller gets when anything fails: without templates, so that it can't fail itself. It never leads to a \
            PIN question, nor where the right PIN leads.",
    keys: &[
        key("do", Optional, ACTION_OR_HANGUP, "What happens to the call. Required if there are `ivrs`."),
        key(
            "say",
            Default("an apology in English"),
            Text,
            "What is read instead, for an IVR that reads what we answer.",
        ),
        key("wix_answers", Optional, Reply, "For Wix Answers. Required if there is `wix_answers`."),
    ],
    together: "{}",
};

pub static CALENDAR: Mapping = Mapping {
    name: "hours",
    about: "When a line is open, by what the wall clock reads in its time zone, also in the nights when clocks change. A \
            span that ends before it begins (`22:00-04:00`) ends on the next day and belongs to the day on which it \
            begins.",
    keys: &[
        key("zone", Required, Zone, "The city whose clocks count, such as `America/New_York`."),
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
                keys: "day (`2026-12-25`, `12-25`, `4th thu nov`, `last mon may`, `easter`, `easter-2`, \
                       `2026-07-03..2026-07-06`, `12-24..12-26`)",
                pattern: HOLIDAYS,
                values: &Spans,
            },
            "Days that differ from their weekday. The most specific one counts: a date with its year, then a date of \
             every year, then a rule, then a range with years, then a range of every year; of two ranges the shorter \
             one, of two equals the first. `easter` is that of the Western churches, with up to 80 days before or \
             after it.",
        ),
    ],
    together: "{}",
};

pub(super) const DAYS: &str = "^ *(daily|(mon|tue|wed|thu|fri|sat|sun)( *- *(mon|tue|wed|thu|fri|sat|sun))?)\
                    ( *, *(daily|(mon|tue|wed|thu|fri|sat|sun)( *- *(mon|tue|wed|thu|fri|sat|sun))?))* *$";

pub static START_RULES: Mapping = Mapping {
    name: "rules of starts",
    about: "The first rule that holds says where the call begins.",
    keys: &[key("rules", Required, List(&Kind::Mapping(&START_RULE), 1, MOST_RULES), "The rules, in order.")],
    together: "{}",
};

pub static START_RULE: Mapping = Mapping {
    name: "rule of starts",
    about: "Conditions speak of `call` and `flow`: nothing was asked yet.",
    keys: &[WHEN, IN_DOUBT, key("ivr", Required, IvrName, "Where the call begins.")],
    together: IN_DOUBT_NEEDS_WHEN,
};
