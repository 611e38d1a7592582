//! Reading the results of an IVR, as its webhook sends them.

use super::parameters::Parameters;
use super::pass_through::PassThrough;
use crate::call::ids::{ResponseId, SessionId};
use crate::call::{Ended, Results};
use crate::fields::NamedValues;
use crate::flow::{Flow, PortalId, fields::STATE};
use crate::keyed::keyed;
use crate::text::spoken_text;
use crate::time::EpochMs;

/// What DialogTech sends for a question that the caller did not answer (seen in the field).
pub const UNANSWERED: &str = "NA";

/// One webhook of an IVR that has ended.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the engine sees of it.
    pub results: Results,
    /// The pass-through data as they came: what isn't ours is carried on.
    pub pass_through: PassThrough,
}

impl Request {
    /// Sorts the parameters of a next-action webhook; nothing is required and nothing can fail. A field that is missing,
    /// empty or unreadable as its type is absent; its text stays among [`Results::fields`]. If a field comes twice the
    /// first one counts.
    #[must_use]
    pub fn read(parameters: &Parameters, flow: &Flow, now: EpochMs) -> Self {
        let mut sorted: [Vec<(String, String)>; 3] = Default::default();
        for (name, value) in parameters.iter() {
            let name = flow.dialogtech.field_names.canonical(name);
            let kind = match name {
                name if name.starts_with("ivr_") => 0,
                name if name.starts_with("st_") => 1,
                _ => 2,
            };
            sorted[kind].push((name.to_owned(), value.to_owned()));
        }
        let [fields, source, sent_answers] = sorted.map(|pairs| pairs.into_iter().collect::<NamedValues>());
        let field = |name| fields.get(name).map(str::trim).filter(|value| !value.is_empty());
        // Without what no answer could carry: a key must be the same to us and to the next reader.
        let pass_through = PassThrough::parse(&spoken_text(fields.get("ivr_pass_through").unwrap_or_default()));
        let ivr_id = field("ivr_id").map(str::to_owned);
        let results = Results {
            ended: ended(flow, ivr_id.as_deref()),
            response_id: field("ivr_response_id").and_then(|id| ResponseId::parse(id).ok()),
            session_id: field("ivr_session_id").and_then(|id| SessionId::parse(id).ok()),
            ani: field("ivr_caller_id").map(str::to_owned),
            completed: field("ivr_completed").and_then(truth),
            answers: answered(&sent_answers),
            passed: pass_through.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            state: pass_through.get(STATE).map(str::to_owned),
            call: NamedValues::default(),
            ivr_id,
            source,
            sent_answers,
            fields: fields.clone(),
        };
        Self { results: results.with_neutral_call(field("ivr_number_called"), now), pass_through }
    }
}

/// Which IVR of the flow has this id. An id in another spelling, such as `010001`, is another id.
fn ended(flow: &Flow, ivr_id: Option<&str>) -> Ended {
    match ivr_id {
        None => flow.dialogtech.without_ivr_id.clone().map_or(Ended::Unsaid, Ended::Ivr),
        Some(id) => match PortalId::parse(id).ok().and_then(|id| flow.ivrs.by_id(&id)) {
            Some(ivr) => Ended::Ivr(ivr.name.clone()),
            None => Ended::Unknown(id.to_owned()),
        },
    }
}

/// What was answered, in the one form of keyed input. If a name comes twice the first one counts.
fn answered(sent: &NamedValues) -> NamedValues {
    let answered = |(name, value): (&str, &str)| {
        let value = if value.trim() == UNANSWERED { String::new() } else { keyed(value) };
        (!value.is_empty()).then(|| (name.to_owned(), value))
    };
    sent.firsts().filter_map(answered).collect()
}

/// `True` and `False` in any case, or 1 and 0: the specification says "True/False flag" and shows no example.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{IvrName, fields::SOURCE_FIELDS};

    const FLOW: &str = r#"
flow: f
realm: f
fallback: { do: hangup }
ivrs: { survey: { id: 12345, do: hangup }, bare: { id: 7, do: hangup } }
dialogtech: { without_ivr_id: bare, field_names: { ivr_phone_label: label } }
"#;

    fn read(query: &str) -> Results {
        let flow = Flow::load(FLOW).unwrap();
        Request::read(&Parameters::parse(query, None), &flow, EpochMs(1_772_978_400_000)).results
    }

    fn ivr(name: &str) -> Ended {
        Ended::Ivr(IvrName::parse(name).unwrap())
    }

    #[test]
    fn the_get_example_of_the_specification_is_read() {
        let given = read("auth=abc123&qos=5");
        assert_eq!(given.answers.iter().collect::<Vec<_>>(), [("qos", "5")]);
        assert!(given.fields.is_empty() && given.source.is_empty());
        assert_eq!(given.ended, ivr("bare"));
    }

    #[test]
    fn every_call_field_has_its_place() {
        let given = read(
            "ivr_number_called=8005550100&ivr_caller_id=%2B12125550123&ivr_id=12345&ivr_response_id=r-1\
             &ivr_timestamp=2026-01-02+03%3A04%3A05&ivr_pass_through=step%7C2%7C%7Crb%7Cx&ivr_session_id=+s-1&ivr_completed=True\
             &ivr_call_result=answered&ivr_monitored_time=17&ivr_opted_out=no&label=Radio+Ad&ivr_new=x",
        );
        assert_eq!(given.ended, ivr("survey"));
        assert_eq!(given.response_id.as_ref().map(ResponseId::as_str), Some("r-1"));
        assert_eq!(given.session_id.as_ref().map(SessionId::as_str), Some("s-1"));
        assert_eq!((given.completed, given.state.as_deref()), (Some(true), Some("x")));
        assert_eq!(given.passed.get("step"), Some("2"));
        for (name, value) in [
            ("ani", "2125550123"),
            ("dnis", "8005550100"),
            ("id", "s-1"),
            ("at", "2026-03-08T14:00:00Z"),
            ("ivr_caller_id", "+12125550123"),
            ("ivr_phone_label", "Radio Ad"),
            ("ivr_new", "x"),
        ] {
            assert_eq!(given.call.get(name), Some(value), "{name}");
        }
        assert_eq!(given.fields.iter().len(), 13);
    }

    #[test]
    fn unreadable_call_fields_are_absent_but_keep_their_text() {
        let given = read("ivr_id=abc&ivr_session_id=&ivr_completed=maybe&ivr_caller_id=+");
        assert_eq!((given.session_id, given.completed, given.ani), (None, None, None));
        assert_eq!(given.ended, Ended::Unknown("abc".to_owned()));
        assert_eq!(given.fields.get("ivr_id"), Some("abc"));
        assert_eq!(given.call.get("ani"), None);
    }

    #[test]
    fn the_completed_flag_is_read_in_any_case() {
        for (text, expected) in [
            ("True", Some(true)),
            ("TRUE", Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            ("False+", Some(false)),
            ("0", Some(false)),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(read(&format!("ivr_completed={text}")).completed, expected, "{text}");
        }
    }

    #[test]
    fn source_fields_are_kept_known_or_not() {
        let query: Vec<String> = SOURCE_FIELDS.iter().map(|name| format!("{name}=v")).collect();
        let given = read(&format!("{}&st_future=v&stage=2", query.join("&")));
        assert!(SOURCE_FIELDS.iter().all(|name| given.source.get(name) == Some("v")));
        assert_eq!(given.source.get("st_future"), Some("v"));
        assert_eq!(given.answers.iter().collect::<Vec<_>>(), [("stage", "2")]);
    }

    #[test]
    fn answers_have_the_one_form_of_keyed_input_and_unanswered_ones_are_absent() {
        let given = read("a=NA&b=+NA+&c=&d=++&e=na&f=No&g=+5+&h=NA&h=1234&i=1&i=2&j=1%20&k=1%23");
        for (name, expected) in [
            ("a", None),
            ("b", None),
            ("c", None),
            ("d", None),
            ("missing", None),
            ("e", Some("na")),
            ("f", Some("No")),
            ("g", Some("5")),
            ("h", None),
            ("i", Some("1")),
            ("j", Some("1")),
            ("k", Some("1")),
        ] {
            assert_eq!(given.answers.get(name), expected, "{name}");
        }
        assert_eq!(given.sent_answers.all("i").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn debug_shows_no_number_and_no_answer() {
        let shown =
            format!("{:?}", read("pin=4711&ivr_caller_id=2125550123&ivr_pass_through=secret%7Cvalue&st_pid=99"));
        for secret in ["4711", "2125550123", "value", "\"99"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
