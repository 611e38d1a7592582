//! The results of an IVR, as its webhook sends them.

use std::{collections::BTreeMap, fmt};

use super::ids::{ResponseId, SessionId};
use super::number::BuildingBlockId;
use super::parameters::{NamedValues, Parameters};
use super::pass_through::PassThrough;
use crate::text::spoken_text;

/// What DialogTech sends for a question that the caller did not answer.
pub const UNANSWERED: &str = "NA";

/// The names of SourceTrak's fields: those of DialogTech, "Include SourceTrak Data", and then those that are seen in
/// the field beside them. Others that begin with `st_` are kept as well.
pub const SOURCE_FIELDS: [&str; 27] = [
    "st_rank",
    "st_search_term",
    "st_referrer",
    "st_baseuri",
    "st_activity_keyword",
    "st_displayed_timestamp",
    "st_ip_address",
    "st_document_title",
    "st_browser",
    "st_os",
    "st_ibp_custom",
    "st_ibp_unique_id",
    "st_pid",
    "st_domain_set_id",
    "st_gclid",
    "st_google_ua_client_id",
    "st_pool_name",
    "st_location_name",
    "st_sourceguard",
    "st_campaign",
    "st_platform",
    "st_url_tag",
    "st_lastbaseuri",
    "st_content",
    "st_term",
    "st_medium",
    "st_referer",
];

/// The names of the call's fields (DialogTech, "Available IVR Generated Parameters"). Others that begin with `ivr_` are
/// kept as well.
pub const CALL_FIELDS: [&str; 12] = [
    "ivr_number_called",
    "ivr_caller_id",
    "ivr_id",
    "ivr_response_id",
    "ivr_timestamp",
    "ivr_pass_through",
    "ivr_session_id",
    "ivr_completed",
    "ivr_call_result",
    "ivr_monitored_time",
    "ivr_opted_out",
    "ivr_phone_label",
];

/// Under which names a portal sends the call's fields, where these were once chosen by the customer: `caller_id` for
/// `ivr_caller_id`. Empty where the portal has the specification's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames(BTreeMap<String, &'static str>);

impl FieldNames {
    /// Says that the portal sends `field`, one of [`CALL_FIELDS`], as `portal`; gives back what that name stood for.
    pub fn insert(&mut self, portal: String, field: &'static str) -> Option<&'static str> {
        self.0.insert(portal, field)
    }

    /// What a name of the portal's stands for, if for anything but itself.
    #[must_use]
    pub fn field(&self, portal: &str) -> Option<&'static str> {
        self.0.get(portal).copied()
    }

    /// The specification's name for a name on the wire.
    fn canonical<'n>(&self, name: &'n str) -> &'n str {
        self.field(name).unwrap_or(name)
    }
}

/// One webhook of an IVR that has ended, in full or because the caller hung up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IvrResults {
    /// What the provider says of the call: every `ivr_*` field.
    pub call: Call,
    /// SourceTrak's data: every `st_*` field, where the portal includes them. See [`SOURCE_FIELDS`].
    pub source: NamedValues,
    /// Everything else under the names that the customer chose: answers, and static parameters of the URL.
    pub answers: NamedValues,
    /// What our last answer gave to the IVR, `ivr_pass_through`.
    pub pass_through: PassThrough,
}

/// The `ivr_*` fields (DialogTech, "Available IVR Generated Parameters"). A field that is missing, empty or not
/// readable as its type is `None`; [`Call::fields`] has the text of all of them. Where a field comes twice the first
/// one counts.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// `ivr_id`: the IVR whose results these are.
    pub ivr_id: Option<BuildingBlockId>,
    /// `ivr_response_id`: the respondent; transcriptions carry the same id as `unique_id`.
    pub response_id: Option<ResponseId>,
    /// `ivr_session_id`: the call.
    pub session_id: Option<SessionId>,
    /// `ivr_caller_id`: the calling number (ANI), if known; it can be forged.
    pub caller_id: Option<String>,
    /// `ivr_number_called`: the dialled number (DNIS).
    pub number_called: Option<String>,
    /// `ivr_phone_label`: the portal's label of the dialled number.
    pub phone_label: Option<String>,
    /// `ivr_timestamp`: when the caller entered the IVR, as it came: neither form nor time zone is documented.
    pub timestamp: Option<String>,
    /// `ivr_completed`: whether the caller got to the end; false typically means that he hung up.
    pub completed: Option<bool>,
    /// `ivr_call_result`: how an outbound call of an outbound IVR went.
    pub call_result: Option<String>,
    /// `ivr_monitored_time`: the length of a recorded transfer, as it came: its unit is not documented.
    pub monitored_time: Option<String>,
    /// `ivr_opted_out`: the opt-out selection.
    pub opted_out: Option<String>,
    /// Every field whose name begins with `ivr_`, unknown ones too, as it came.
    pub fields: NamedValues,
}

impl IvrResults {
    /// Sorts the parameters of a next-action webhook; nothing is required and nothing can fail.
    #[must_use]
    pub fn from_parameters(parameters: &Parameters, names: &FieldNames) -> Self {
        let mut sorted: [Vec<(String, String)>; 3] = Default::default();
        for (name, value) in parameters.iter() {
            let name = names.canonical(name);
            let kind = if name.starts_with("ivr_") {
                0
            } else if name.starts_with("st_") {
                1
            } else {
                2
            };
            sorted[kind].push((name.to_owned(), value.to_owned()));
        }
        let [call, source, answers] = sorted.map(|pairs| pairs.into_iter().collect::<NamedValues>());
        Self {
            // Without what no answer could carry on: a key must be the same to us and to the next reader.
            pass_through: PassThrough::parse(&spoken_text(call.get("ivr_pass_through").unwrap_or_default())),
            call: Call::from_fields(call),
            source,
            answers,
        }
    }

    /// What the caller answered under this name, without spaces around it; `None` where the question was not asked or
    /// not answered, which DialogTech sends as `NA` (in capitals). Where the name comes twice the first one counts.
    #[must_use]
    pub fn answered(&self, name: &str) -> Option<&str> {
        self.answers.get(name).map(str::trim).filter(|answer| !answer.is_empty() && *answer != UNANSWERED)
    }
}

impl Call {
    fn from_fields(fields: NamedValues) -> Self {
        let trimmed = |name| fields.get(name).map(str::trim).filter(|value| !value.is_empty());
        let text = |name| trimmed(name).map(str::to_owned);
        Self {
            ivr_id: trimmed("ivr_id").and_then(|id| BuildingBlockId::parse(id).ok()),
            response_id: trimmed("ivr_response_id").and_then(|id| ResponseId::parse(id).ok()),
            session_id: trimmed("ivr_session_id").and_then(|id| SessionId::parse(id).ok()),
            caller_id: text("ivr_caller_id"),
            number_called: text("ivr_number_called"),
            phone_label: text("ivr_phone_label"),
            timestamp: text("ivr_timestamp"),
            completed: trimmed("ivr_completed").and_then(truth),
            call_result: text("ivr_call_result"),
            monitored_time: text("ivr_monitored_time"),
            opted_out: text("ivr_opted_out"),
            fields,
        }
    }
}

/// `True` and `False` in any case, or 1 and 0: the specification says "True/False flag" and shows no example.
fn truth(text: &str) -> Option<bool> {
    if text == "1" || text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text == "0" || text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Ids and the completed flag; the rest can name a person, so only the fields' names are shown.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("ivr_id", &self.ivr_id)
            .field("response_id", &self.response_id)
            .field("session_id", &self.session_id)
            .field("completed", &self.completed)
            .field("fields", &self.fields)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(query: &str) -> IvrResults {
        IvrResults::from_parameters(&Parameters::parse(query, None), &FieldNames::default())
    }

    #[test]
    fn the_get_example_of_the_specification_is_read() {
        let given = results("auth=abc123&qos=5");
        assert_eq!(given.answered("qos"), Some("5"));
        assert_eq!(given.answers.iter().collect::<Vec<_>>(), [("qos", "5")]);
        assert!(given.call.fields.is_empty() && given.source.is_empty());
        assert_eq!(given.call.ivr_id, None);
    }

    #[test]
    fn every_call_field_has_its_place() {
        let call = results(
            "ivr_number_called=8005550100&ivr_caller_id=2125550123&ivr_id=12345&ivr_response_id=r-1\
             &ivr_timestamp=2026-01-02+03%3A04%3A05&ivr_pass_through=step%7C2&ivr_session_id=s-1&ivr_completed=True\
             &ivr_call_result=answered&ivr_monitored_time=17&ivr_opted_out=no&ivr_phone_label=Radio+Ad&ivr_new=x",
        )
        .call;
        assert_eq!(call.number_called.as_deref(), Some("8005550100"));
        assert_eq!(call.caller_id.as_deref(), Some("2125550123"));
        assert_eq!(call.ivr_id.as_ref().map(BuildingBlockId::as_str), Some("12345"));
        assert_eq!(call.response_id.as_ref().map(ResponseId::as_str), Some("r-1"));
        assert_eq!(call.session_id.as_ref().map(SessionId::as_str), Some("s-1"));
        assert_eq!(call.timestamp.as_deref(), Some("2026-01-02 03:04:05"));
        assert_eq!(call.completed, Some(true));
        assert_eq!(call.call_result.as_deref(), Some("answered"));
        assert_eq!(call.monitored_time.as_deref(), Some("17"));
        assert_eq!(call.opted_out.as_deref(), Some("no"));
        assert_eq!(call.phone_label.as_deref(), Some("Radio Ad"));
        assert_eq!(call.fields.get("ivr_new"), Some("x"));
        assert_eq!(call.fields.get("ivr_pass_through"), Some("step|2"));
        assert_eq!(call.fields.iter().len(), 13);
    }

    #[test]
    fn unreadable_call_fields_are_absent_but_keep_their_text() {
        let call = results("ivr_id=abc&ivr_session_id=&ivr_completed=maybe&ivr_caller_id=+").call;
        assert_eq!((call.ivr_id, call.session_id, call.completed, call.caller_id), (None, None, None, None));
        assert_eq!(call.fields.get("ivr_id"), Some("abc"));
    }

    #[test]
    fn a_portal_may_name_the_calls_fields_differently() {
        let mut names = FieldNames::default();
        for (portal, field) in
            [("session_id", "ivr_session_id"), ("caller_id", "ivr_caller_id"), ("p_t", "ivr_pass_through")]
        {
            assert_eq!(names.insert(portal.to_owned(), field), None);
        }
        let parameters = Parameters::parse("session_id=s-1&caller_id=2125550123&p_t=a%7C1&qos=5&ivr_id=7", None);
        let given = IvrResults::from_parameters(&parameters, &names);
        assert_eq!(given.call.session_id.as_ref().map(SessionId::as_str), Some("s-1"));
        assert_eq!(given.call.caller_id.as_deref(), Some("2125550123"));
        assert_eq!(given.call.fields.get("ivr_caller_id"), Some("2125550123"));
        assert_eq!(given.pass_through.get("a"), Some("1"));
        assert_eq!(given.answers.iter().collect::<Vec<_>>(), [("qos", "5")]);
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
            assert_eq!(results(&format!("ivr_completed={text}")).call.completed, expected, "{text}");
        }
    }

    #[test]
    fn source_fields_are_kept_known_or_not() {
        let query: Vec<String> = SOURCE_FIELDS.iter().map(|name| format!("{name}=v")).collect();
        let given = results(&format!("{}&st_future=v&stage=2", query.join("&")));
        assert!(SOURCE_FIELDS.iter().all(|name| given.source.get(name) == Some("v")));
        assert_eq!(given.source.get("st_future"), Some("v"));
        assert_eq!(given.answers.iter().collect::<Vec<_>>(), [("stage", "2")]);
    }

    #[test]
    fn na_empty_and_missing_answers_are_unanswered() {
        let given = results("a=NA&b=+NA+&c=&d=++&e=na&f=No&g=+5+&h=NA&h=1234&i=1&i=2");
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
        ] {
            assert_eq!(given.answered(name), expected, "{name}");
        }
        assert_eq!(given.answers.all("i").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn debug_shows_no_number_and_no_answer() {
        let shown =
            format!("{:?}", results("pin=4711&ivr_caller_id=2125550123&ivr_pass_through=secret%7Cvalue&st_pid=99"));
        for secret in ["4711", "2125550123", "value", "99"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
