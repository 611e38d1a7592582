use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The payload of the specification as strict JSON.
fn specification() -> Value {
    json!({
        "callId": "f304229f-dc2c-4c84-bc65-90c92a980dd7",
        "from": { "countryCode": "111", "number": "444444444" },
        "user": {
            "id": "123abc45-67d8-912e-3fg4-56789h0123456",
            "email": "user@domain.com",
            "emailStatus": 0,
            "creationDate": 1_540_910_161_000_i64,
            "lastUpdateDate": 1_540_910_161_000_i64,
            "userType": 2,
            "firstName": "User",
            "phoneNumbers": [{ "countryCode": "111", "number": "544444444" }],
            "banned": false,
            "uri": "/user/123abc45-67d8-912e-3fg4-56789h0123456",
            "fullName": "User User",
            "hasEmail": false,
            "hasName": false,
            "fullPhoneNumbers": ["111-544444444"]
        },
        "input": "1234"
    })
}

fn read(body: &Value) -> AuthRequest {
    AuthRequest::parse(body.to_string().as_bytes()).unwrap()
}

fn phone(number: &str) -> Phone {
    Phone { country_code: Some("111".to_owned()), number: Some(number.to_owned()) }
}

#[test]
fn the_payload_of_the_specification_is_read_whole() {
    let request = read(&specification());
    assert_eq!(request.call_id.as_deref(), Some("f304229f-dc2c-4c84-bc65-90c92a980dd7"));
    assert!(request.from == Some(phone("444444444")));
    assert_eq!(request.input(), Some("1234"));
    let user = request.user.unwrap();
    assert_eq!(user.id.as_deref(), Some("123abc45-67d8-912e-3fg4-56789h0123456"));
    assert_eq!(user.email.as_deref(), Some("user@domain.com"));
    assert_eq!((user.email_status, user.user_type), (Some(0), Some(UserType::NotAuthenticated)));
    assert_eq!((user.creation_date_ms, user.last_update_date_ms), (Some(1_540_910_161_000), Some(1_540_910_161_000)));
    assert_eq!(user.first_name.as_deref(), Some("User"));
    assert!(user.phone_numbers == [phone("544444444")]);
    assert!(!user.banned);
    assert_eq!(user.uri.as_deref(), Some("/user/123abc45-67d8-912e-3fg4-56789h0123456"));
    assert_eq!(user.full_name.as_deref(), Some("User User"));
    assert_eq!((user.has_email, user.has_name), (Some(false), Some(false)));
    assert_eq!(user.full_phone_numbers, ["111-544444444"]);
    assert_eq!(Value::Object(user.fields().clone()), specification()["user"]);
}

#[test]
fn missing_and_wrongly_typed_fields_are_absent() {
    let empty = AuthRequest::parse(b" {} ").unwrap();
    assert!(empty.call_id.is_none() && empty.from.is_none() && empty.user.is_none() && empty.input().is_none());
    for user in [json!(null), json!("id"), json!([]), json!(1)] {
        assert!(read(&json!({ "user": user, "input": "1" })).user.is_none(), "{user}");
    }
    let odd = read(&json!({
        "callId": {}, "from": "1", "new": 1,
        "user": {
            "id": " x ", "email": 5, "creationDate": "yesterday", "userType": 9, "phoneNumbers": [1, { "number": 5 }],
            "fullPhoneNumbers": "x", "hasEmail": "perhaps", "vip": true
        }
    }));
    assert!(odd.call_id.is_none() && odd.from.is_none());
    let user = odd.user.unwrap();
    assert_eq!((user.id.as_deref(), user.email.as_deref()), (Some(" x "), Some("5")));
    assert_eq!((user.creation_date_ms, user.has_email), (None, None));
    assert_eq!(user.user_type, Some(UserType::Other(9)));
    assert!(user.phone_numbers == [Phone { country_code: None, number: Some("5".to_owned()) }]);
    assert!(user.full_phone_numbers.is_empty());
    assert_eq!(user.fields()["vip"], true);
}

#[test]
fn keyed_digits_come_as_text_or_as_a_whole_number() {
    for (input, expected) in [
        (json!("0042"), Some("0042")),
        (json!(1234), Some("1234")),
        (json!(-1), Some("-1")),
        (json!(" 12 34# "), Some(" 12 34# ")),
        (json!("abcd"), Some("abcd")),
        (json!("\0"), Some("\0")),
        (json!(""), None),
        (json!(12.5), None),
        (json!(null), None),
        (json!(true), None),
        (json!(["1234"]), None),
        (json!({ "$gt": "" }), None),
    ] {
        assert_eq!(read(&json!({ "input": input })).input(), expected, "{input}");
    }
}

#[test]
fn a_ban_that_cannot_be_read_is_a_ban() {
    for (banned, expected) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(" TRUE "), true),
        (json!(1), true),
        (json!("1"), true),
        (json!(false), false),
        (json!("False"), false),
        (json!(0), false),
        (json!("0"), false),
        (json!(null), false),
        (json!(""), true),
        (json!("no"), true),
        (json!(2), true),
        (json!(0.5), true),
        (json!([]), true),
        (json!({}), true),
    ] {
        assert_eq!(read(&json!({ "user": { "banned": banned } })).user.unwrap().banned, expected, "{banned}");
    }
    assert!(!read(&json!({ "user": {} })).user.unwrap().banned);
}

#[test]
fn repeated_keys_are_refused_wherever_they_stand() {
    for body in [
        r#"{"input":"1","input":"2"}"#,
        r#"{"user":{"id":"a"},"user":{"id":"b"}}"#,
        r#"{"user":{"id":"a","id":"b"}}"#,
        r#"{"user":{"banned":true,"b\u0061nned":false}}"#,
        r#"{"from":{"a":[{"b":1,"b":1}]}}"#,
    ] {
        assert_eq!(AuthRequest::parse(body.as_bytes()).unwrap_err(), Unreadable::RepeatedKey, "{body}");
    }
    assert!(AuthRequest::parse(br#"{"user":{"id":"a"},"from":{"id":"a"},"Input":"1","input":"1"}"#).is_ok());
}

#[test]
fn unreadable_bodies_are_errors_that_quote_nothing_of_them() {
    let deep = "[".repeat(100_000);
    let deep_object = format!("{{\"user\":{}", "{\"a\":".repeat(100_000));
    let huge = format!("{{\"input\":\"{}", "4711".repeat(2_621_440));
    for body in [
        &b""[..],
        b"pin4711",
        b"{callId: '4711'}",
        b"{\"input\":\"4711\"",
        b"{\"input\":\"4711\"}4711",
        b"{\"input\":\"4711\xFF\"}",
        b"{\"input\":\"4711\0\"}",
        b"{\"input\":\"4711\\ud800\"}",
        b"\0",
        deep.as_bytes(),
        deep_object.as_bytes(),
        huge.as_bytes(),
    ] {
        let error = AuthRequest::parse(body).unwrap_err();
        assert!(matches!(error, Unreadable::NotJson { .. }), "{error:?}");
        assert!(!error.to_string().contains("4711"), "{error}");
    }
    for body in ["[]", "null", "1", "\"4711\"", "[{\"input\":\"4711\"}]"] {
        assert_eq!(AuthRequest::parse(body.as_bytes()).unwrap_err(), Unreadable::NotAnObject, "{body}");
    }
}

#[test]
fn ten_megabytes_of_digits_are_read_as_what_they_are() {
    let request = read(&json!({ "input": "7".repeat(10 << 20) }));
    assert_eq!(request.input().map(str::len), Some(10 << 20));
}

#[test]
fn debug_shows_ids_and_nothing_personal() {
    let shown = format!("{:?}", read(&specification()));
    assert!(shown.contains("123abc45-67d8-912e-3fg4-56789h0123456") && shown.contains("f304229f"), "{shown}");
    for private in ["1234\"", "444444444", "544444444", "user@domain.com", "User User", "\"User\""] {
        assert!(!shown.contains(private), "{private} in {shown}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..300), cut in 0_usize..700) {
        let whole = specification().to_string();
        let mut bent = whole.as_bytes()[..cut.min(whole.len())].to_vec();
        bent.extend(&body);
        for bytes in [&body, &bent] {
            let is_object = serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value.is_object());
            match AuthRequest::parse(bytes) {
                Ok(_) | Err(Unreadable::RepeatedKey) => prop_assert!(is_object),
                Err(_) => prop_assert!(!is_object),
            }
        }
    }
}
