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

fn read(body: &Value) -> Request {
    Request::read(body.to_string().as_bytes()).unwrap()
}

#[test]
fn the_payload_of_the_specification_is_read_whole() {
    let request = read(&specification());
    let login = &request.login;
    assert_eq!(login.call_id.as_deref(), Some("f304229f-dc2c-4c84-bc65-90c92a980dd7"));
    assert_eq!(login.ani.as_deref(), Some("+111444444444"));
    assert_eq!(login.call["from"], json!({ "countryCode": "111", "number": "444444444" }));
    assert_eq!((&login.call["id"], &login.call["ani"]), (&login.call["callId"], &json!("111444444444")));
    assert_eq!(request.input(), Some("1234"));
    let user = login.user.as_ref().unwrap();
    assert_eq!(user.id.as_deref(), Some("123abc45-67d8-912e-3fg4-56789h0123456"));
    assert!(!user.banned);
    assert_eq!(Value::Object(user.fields.clone()), specification()["user"]);
}

#[test]
fn missing_and_wrongly_typed_fields_are_absent() {
    let empty = Request::read(b" {} ").unwrap();
    assert!(empty.login.call_id.is_none() && empty.login.user.is_none() && empty.input().is_none());
    for (country_code, number, ani) in [
        ("1", "2125550142", json!("2125550142")),
        ("", "(212) 555-0142", json!("2125550142")),
        ("44", "2079460018", json!("442079460018")),
        ("354", "5551234", json!("003545551234")),
        ("", "anonymous", json!(null)),
    ] {
        let call = read(&json!({ "from": { "countryCode": country_code, "number": number } })).login.call;
        assert_eq!(*call.get("ani").unwrap_or(&json!(null)), ani, "{country_code} {number}");
    }
    for user in [json!(null), json!("id"), json!([]), json!(1)] {
        assert!(read(&json!({ "user": user, "input": "1" })).login.user.is_none(), "{user}");
    }
    let odd =
        read(&json!({ "callId": {}, "from": "1", "new": 1, "user": { "id": " x ", "email": 5, "vip": true } })).login;
    assert!(odd.call_id.is_none() && odd.ani.is_none());
    let user = odd.user.unwrap();
    assert_eq!(user.id.as_deref(), Some(" x "));
    assert_eq!((&user.fields["email"], &user.fields["vip"]), (&json!(5), &json!(true)));
}

#[test]
fn what_no_decision_needs_makes_no_body_unreadable() {
    for (body, first_name) in [
        (&br#"{"user":{"id":"u-1","firstName":"Zo\ud83d"},"input":"1234"}"#[..], "Zo\u{FFFD}"),
        (b"{\"user\":{\"id\":\"u-1\",\"firstName\":\"Zo\xEB\"},\"input\":\"1234\"}", "Zo\u{FFFD}"),
        (br#"{"user":{"id":"u-1","firstName":"Zo","x":1e999,"x":2},"more":{"a":1,"a":2},"input":"1234"}"#, "Zo"),
    ] {
        let request = Request::read(body).unwrap();
        let user = request.login.user.as_ref().unwrap();
        assert_eq!((request.input(), user.id.as_deref()), (Some("1234"), Some("u-1")));
        assert_eq!(user.fields["firstName"], first_name);
    }
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
        assert_eq!(read(&json!({ "user": { "banned": banned } })).login.user.unwrap().banned, expected, "{banned}");
    }
    assert!(!read(&json!({ "user": {} })).login.user.unwrap().banned);
}

#[test]
fn a_repeated_key_that_decides_is_refused() {
    for (body, key) in [
        (r#"{"input":"1","input":"2"}"#, "input"),
        (r#"{"user":{"id":"a"},"user":{"id":"b"}}"#, "user"),
        (r#"{"user":{"id":"a","id":"b"}}"#, "id"),
        (r#"{"user":{"banned":true,"b\u0061nned":false}}"#, "banned"),
        (r#"{"callId":"a","callId":"b"}"#, "callId"),
        (r#"{"from":{},"from":{}}"#, "from"),
    ] {
        assert_eq!(Request::read(body.as_bytes()).unwrap_err(), Unreadable::RepeatedKey(key), "{body}");
    }
    assert!(Request::read(br#"{"user":{"id":"a"},"from":{"id":"a"},"Input":"1","input":"1"}"#).is_ok());
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
        b"{\"input\":\"4711\0\"}",
        b"\0",
        deep.as_bytes(),
        deep_object.as_bytes(),
        huge.as_bytes(),
    ] {
        let error = Request::read(body).unwrap_err();
        assert!(matches!(error, Unreadable::NotJson { .. }), "{error:?}");
        assert!(!error.to_string().contains("4711"), "{error}");
    }
    for body in ["[]", "null", "1", "\"4711\"", "[{\"input\":\"4711\"}]"] {
        assert_eq!(Request::read(body.as_bytes()).unwrap_err(), Unreadable::NotAnObject, "{body}");
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
            let read = Request::read(bytes);
            if is_object {
                let refused = matches!(read, Err(Unreadable::NotJson { .. } | Unreadable::NotAnObject));
                prop_assert!(!refused, "an object is read, or has a key twice");
            }
        }
    }
}
