//! What Wix Answers sends and understands ("Setting Up IVR Webhooks").

use crate::call::Run;
use crate::exchange::{Field, Request};
use crate::setting::{Setting, WixUser, plain_number};
use crate::words::dots;
use ringbolt_core::flow::wix_answers::IvrGuid;
use ringbolt_core::number::PhoneNumber;
use ringbolt_core::time::EpochMs;
use serde::Serialize;

/// What a reply tells Wix Answers to do ("Hook's Response").
pub(crate) enum Told {
    Disconnect,
    Ivr(IvrGuid),
    Nonsense,
}

pub(crate) fn read(body: &str) -> Told {
    match IvrGuid::parse(body) {
        _ if body.is_empty() => Told::Disconnect,
        Ok(guid) => Told::Ivr(guid),
        Err(_) => Told::Nonsense,
    }
}

/// The payload, in the order of the specification's example.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    call_id: &'a str,
    from: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
    input: &'a str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    country_code: String,
    number: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: &'a str,
    email: &'a str,
    email_status: u8,
    creation_date: i64,
    last_update_date: i64,
    user_type: u8,
    first_name: &'a str,
    phone_numbers: Vec<Number>,
    banned: bool,
    uri: String,
    full_name: &'a str,
    has_email: bool,
    has_name: bool,
    full_phone_numbers: Vec<String>,
}

pub(crate) fn request(setting: &Setting, run: &Run, now: EpochMs) -> Request {
    let input = run.answers.first().map_or("", |given| given.value.as_str());
    let document = |input: &str| serde_json::to_string_pretty(&payload(setting, input, now)).unwrap_or_default();
    let path = format!("/wix-answers/{}/auth", setting.flow.name);
    let mut fields = vec![
        Field::new("callId", &setting.call_id).about("the call"),
        Field::new("from", &setting.from).about("the calling number"),
    ];
    if let Some(WixUser { id, first_name, banned, .. }) = &setting.user {
        fields.push(Field::new("user.id", id).about(first_name.as_deref().unwrap_or_default()));
        fields.push(Field::new("user.banned", banned.to_string()));
    }
    fields.push(Field::new("input", input).secret(true));
    Request::of_json(path, &setting.token, fields, document(input), document(&dots(input.chars().count())))
}

fn payload<'a>(setting: &'a Setting, input: &'a str, now: EpochMs) -> Payload<'a> {
    let calling = number(&setting.from);
    let listed = |number: Number| (!number.number.is_empty()).then_some(number).into_iter().collect::<Vec<_>>();
    let user = setting.user.as_ref().map(|user| {
        let first_name = user.first_name.as_deref().unwrap_or_default();
        User {
            id: &user.id,
            email: user.email.as_deref().unwrap_or("user@example.com"),
            email_status: 0,
            creation_date: now.0,
            last_update_date: now.0,
            user_type: 2,
            first_name,
            phone_numbers: listed(user.number.as_deref().map_or_else(|| calling.clone(), number)),
            banned: user.banned,
            uri: format!("/user/{}", user.id),
            full_name: user.full_name.as_deref().unwrap_or(first_name),
            // As in the specification's example, although it has both.
            has_email: false,
            has_name: false,
            full_phone_numbers: listed(calling.clone()).iter().map(Number::full).collect(),
        }
    });
    Payload { call_id: &setting.call_id, from: calling, user, input }
}

impl Number {
    /// `111-444444444`, as in the specification's example.
    fn full(&self) -> String {
        let Self { country_code, number } = self;
        if country_code.is_empty() { number.clone() } else { format!("{country_code}-{number}") }
    }
}

/// A number with its country code. `+44-2079460018` and `+44 20 7946 0018` say it; digits alone are North American if
/// they are for the reader. Other numbers have no code of their own, and words such as `anonymous`, and nothing, have none,
/// so that the number is withheld for the reader, too.
fn number(from: &str) -> Number {
    let from = from.replace("(0)", "");
    let of = |country_code: &str, number: &str| {
        let number = number.chars().filter(|c| !matches!(c, '-' | ' ' | '(' | ')')).collect();
        Number { country_code: country_code.to_owned(), number }
    };
    match from.strip_prefix('+') {
        Some(number) => match number.split_once(['-', ' ']) {
            Some((code, number)) => of(code, number),
            None => number.strip_prefix('1').map_or_else(|| of("", &plain_number(&from)), |national| of("1", national)),
        },
        None => match PhoneNumber::parse(&from) {
            Ok(national) => of("1", national.as_str()),
            Err(_) => of("", &from),
        },
    }
}
