//! Wix Answers' "Setting Up IVR Webhooks" with `ringbolt dev`.

use crate::dev::Start;

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE: &str = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";

/// The specification's example payload, corrected to valid JSON.
const PAYLOAD: &str = r#"{
  "callId": "f304229f-dc2c-4c84-bc65-90c92a980dd7",
  "from": {
      "countryCode": "111", "number": "444444444"
  },
  "user": {
      "id": "123abc45-67d8-912e-3fg4-56789h0123456",
      "email": "user@domain.com",
      "emailStatus": 0,
      "creationDate": 1540910161000,
      "lastUpdateDate": 1540910161000,
      "userType": 2,
      "firstName": "User",
      "phoneNumbers": [ {"countryCode": "111", "number": "544444444"} ],
      "banned": false,
      "uri": "/user/123abc45-67d8-912e-3fg4-56789h0123456",
      "fullName": "User User",
      "hasEmail": false,
      "hasName": false,
      "fullPhoneNumbers": [ "111-444444444" ]
  },
  "input": "1234"
}"#;

#[test]
fn the_payload_of_the_specification_is_answered_with_the_bare_guid_of_the_right_ivr() {
    let ringbolt = Start::new().run();
    let send = |payload: &str| ringbolt.post("/wix-answers/demo/auth", "application/json", payload);

    assert_eq!(send(PAYLOAD).text(), SUCCESS);
    assert_eq!(send(&PAYLOAD.replace("\"1234\"", "\"9999\"")).text(), FAILURE);
    let unknown = send(&PAYLOAD.replace("\"123abc45-67d8-912e-3fg4-56789h0123456\"", "\"nobody\""));
    assert_eq!(unknown.text(), "", "an empty body disconnects the call");
    let banned = send(&PAYLOAD.replace("\"banned\": false", "\"banned\": true"));
    assert_eq!(banned.text(), "");

    // The user of the specification's sample server has two PINs, and both work.
    for pin in ["1234", "4321#"] {
        assert_eq!(ringbolt.wix("c-2", "602efa31-01d8-482d-8ff2-26910b026703", pin).text(), SUCCESS);
    }
    assert_eq!(ringbolt.wix("c-2", "602efa31-01d8-482d-8ff2-26910b026703", "4322").text(), FAILURE);
}
