//! `ringbolt dev` prints no personal data.

use crate::dev::Start;

const RIGHT: &str = "629184";
const WRONG: &str = "837461";
const TOKEN: &str = "sesame-48151623";
const SPOKEN: &str = "marmalade on the zanzibar ferry";

#[test]
fn no_pin_token_calling_number_or_transcription_is_printed() {
    let start = Start::new()
        .with(&["--token", TOKEN, "--callers", "callers.csv"])
        .file("callers.csv", format!("user,pin,first_name\n90786,{RIGHT},Ada\n"));
    let ringbolt = start.run();
    let banner = ringbolt.stdout.text();
    assert!(banner.contains(TOKEN), "the banner shows the URLs of the webhooks");
    let address = ringbolt.address;

    for (call, pin) in [("1", RIGHT), ("2", WRONG), ("2", "837461#"), ("3", " 8 3 7 4 6 1 ")] {
        let body = format!(
            r#"{{"callId":"c-{call}","from":{{"countryCode":"1","number":"8005550143"}},"user":{{"id":"90786"}},"input":"{pin}"}}"#
        );
        address.post(&format!("/wix-answers/demo/auth?auth={TOKEN}"), "application/json", body.as_bytes());
        // Truncated, with another content type, and with another token.
        let half = &body.as_bytes()[..body.len() - 2];
        address.post(&format!("/wix-answers/demo/auth?auth={TOKEN}"), "application/json", half);
        address.post(&format!("/wix-answers/demo/auth?auth={TOKEN}"), "text/html", body.as_bytes());
        address.post(&format!("/wix-answers/demo/auth?auth=x{TOKEN}"), "application/json", body.as_bytes());

        let pin = pin.replace('#', "%23").replace(' ', "%20");
        let query = format!(
            "ivr_session_id=s-{call}&ivr_response_id=r-{call}&ivr_caller_id=8005550142&account=90786&pin={pin}"
        );
        for ivr in ["12345", "23456", "34567", "99999", "%22"] {
            let query = format!("ivr_id={ivr}&{query}");
            address.get(&format!("/dialogtech/demo/next-action?auth={TOKEN}&{query}"));
            let form = "application/x-www-form-urlencoded";
            address.post(&format!("/dialogtech/demo/next-action?auth={TOKEN}"), form, query.as_bytes());
        }
        address.get(&format!("/837461?{query}"));
    }
    let text = SPOKEN.replace(' ', "+");
    for id in ["unique_id=r-1", "unique_id=", "unique_id=r-1", "unique_id=8005550142%7C837461"] {
        let query = format!("survo_id=23456&{id}&question=1&duration=3&text={text}");
        address.get(&format!("/dialogtech/demo/transcription?auth={TOKEN}&{query}"));
        address.get(&format!("/dialogtech/demo/transcription?auth={TOKEN}&{query}+and+back"));
    }

    let (stdout, stderr) = ringbolt.end("INT");
    let webhooks = stdout.strip_prefix(&banner).expect("the banner comes first");
    for outcome in ["verified", "wrong", "locked", "fallback", "refused"] {
        assert!(webhooks.contains(outcome), "{outcome} is not in {webhooks}");
    }
    let printed = format!("{webhooks}{stderr}");
    assert!(!banner.contains(RIGHT));
    for secret in [RIGHT, WRONG, "8 3 7 4 6 1", "48151623", "5550142", "5550143", "marmalade", "zanzibar"] {
        assert!(!printed.contains(secret), "{secret} is in:\n{printed}");
    }
}
