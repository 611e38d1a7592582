//! Hostile requests get a valid document or a refusal in one sentence, and the next caller is still answered.

use crate::dev::{Ringbolt, Start};

const WIX: &str = "/wix-answers/demo/auth?auth=dev-token-not-secret";
const NEXT: &str = "/dialogtech/demo/next-action?auth=dev-token-not-secret";
const TRANSCRIPTION: &str = "/dialogtech/demo/transcription?auth=dev-token-not-secret";
const FALLBACK: &str =
    "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>";

#[track_caller]
fn assert_alive(ringbolt: &Ringbolt) {
    assert_eq!(ringbolt.next("ivr_id=40006").xml(), "<action><app>hangup</app></action>");
}

#[test]
fn every_answer_is_valid_and_the_server_stays_alive() {
    let ringbolt = Start::new().with(&["--memory"]).run();
    let address = ringbolt.address;
    let form = "application/x-www-form-urlencoded";

    // Unreadable bodies disconnect the call (Wix Answers) or lead to the fallback (DialogTech).
    let unreadable: [&[u8]; 6] = [b"", b"null", b"[]", b"{\"user\":", b"\0\0\0", b"\xff\xfe{}"];
    for body in unreadable {
        assert_eq!(address.post(WIX, "application/json", body).text(), "", "{body:?}");
        for content_type in [form, "image/png"] {
            assert_eq!(address.post(&format!("{NEXT}&ivr_id=99"), content_type, body).xml(), FALLBACK, "{body:?}");
            // The demo flow says that results without `ivr_id` are the survey's.
            let survey = address.post(NEXT, content_type, body);
            assert!(survey.xml().starts_with("<action><app>findme</app>"), "{body:?}: {survey:?}");
        }
    }
    // An input of the wrong type is a failed attempt.
    let user = "602efa31-01d8-482d-8ff2-26910b026703";
    for input in ["[1]", "null", "{}", "\"12a4\"", "\"\\u0000\"", "true", "1e999"] {
        let body = format!(r#"{{"user":{{"id":"{user}"}},"input":{input}}}"#);
        let reply = address.post(WIX, "application/json", body.as_bytes());
        assert!(["", "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"].contains(&reply.text()), "{input}: {reply:?}");
    }
    assert_alive(&ringbolt);

    // Ten megabytes, which is API Gateway's limit, and one byte more.
    for size in [10 * 1024 * 1024, 10 * 1024 * 1024 + 1] {
        let large = vec![b'a'; size];
        for target in [WIX, NEXT] {
            let reply = address.post(target, form, &large);
            assert!(reply.status == 413 && reply.body.ends_with(".\n"), "{reply:?}");
        }
    }
    assert_alive(&ringbolt);

    // A body that cannot be read is not large.
    let head = format!("POST {NEXT} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n", address.port);
    let reply = address.raw(format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n").as_bytes());
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_alive(&ringbolt);

    // Odd bytes in the query string, encoded and raw.
    for query in ["ivr_id=%00", "ivr_id=%ff%fe", "ivr_id=%", "ivr_id=%zz", "&&&===&ivr_id=99", "ivr_id=1&ivr_id=2"] {
        let reply = address.get(&format!("{NEXT}&{query}"));
        assert_eq!(reply.xml(), FALLBACK, "{query}");
    }
    let raw = |middle: &[u8]| {
        address.raw(
            &[
                b"GET ".as_slice(),
                NEXT.as_bytes(),
                b"&a=",
                middle,
                b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            ]
            .concat(),
        )
    };
    // The HTTP server may reject what HTTP itself forbids with a bare 400.
    for middle in [b"\0".as_slice(), b"\xff", b"\xc3\x28", b"<1>", b"\"", b" x"] {
        let reply = raw(middle);
        assert!(reply.status == 200 && reply.body == FALLBACK || (400..500).contains(&reply.status), "{reply:?}");
    }
    let many: String = (0..200).map(|key| format!("&key{key}=value")).collect();
    assert_eq!(address.get(&format!("{NEXT}&ivr_id=40006{many}")).xml(), "<action><app>hangup</app></action>");
    assert_alive(&ringbolt);

    // A caller's input is escaped in XML and in pass-through data.
    let markup = "%3C%2Fwhisper_phrase%3E%3Changup%2F%3E%26%22%27%00%EF%BF%BE%7C%7Crb%7C9";
    let whisper = address.get(&format!("{NEXT}&ivr_id=23456&qos={markup}"));
    assert!(whisper.xml().contains("Survey score &lt;/whisper_phrase&gt;&lt;hangup/&gt;&amp;"), "{whisper:?}");
    assert!(!whisper.body.contains(['\0', '\u{fffe}']), "{whisper:?}");
    let wrong = address.get(&format!("{NEXT}&ivr_id=12345&ivr_session_id=s-1&account=90786&pin={markup}"));
    assert!(wrong.xml().starts_with("<action><app>ivr</app><parameters><id>12345</id>"), "a failed attempt: {wrong:?}");
    let passed = address.get(&format!("{NEXT}&ivr_id=40001&ivr_session_id=s-1&ivr_pass_through=a%7C%7C%7Cb%7C%3C%7C"));
    assert!(passed.xml().contains("user_id|90786"), "{passed:?}");
    assert_alive(&ringbolt);

    for query in ["", "&unique_id=r-1", "&survo_id=1&unique_id=r-1&question=first&text=a", "&survo_id=%ff"] {
        let reply = address.get(&format!("{TRANSCRIPTION}{query}"));
        assert!([204, 400].contains(&reply.status), "{query}: {reply:?}");
        assert!(reply.status == 204 || reply.body.ends_with(".\n"), "{query}: {reply:?}");
    }
    assert_alive(&ringbolt);
    let (stdout, stderr) = ringbolt.end("INT");
    assert!(!stdout.contains("panic") && !stderr.contains("panic"), "{stdout}{stderr}");
}

#[test]
fn requests_that_are_not_from_the_provider_are_refused_in_a_sentence() {
    let ringbolt = Start::new().with(&["--memory"]).run();
    let address = ringbolt.address;

    address.get(WIX).refuses(405, "POST");
    address.request("PUT", NEXT, &[], b"").refuses(405, "GET and POST");
    address.post(TRANSCRIPTION, "text/plain", b"").refuses(405, "GET");

    for path in ["/favicon.ico", "/wix-answers/demo", "/wix-answers/demo/auth/", "/dialogtech/demo/next-action/x"] {
        let reply = address.get(path);
        reply.refuses(404, "/wix-answers/{flow}/auth");
        assert!(reply.body.contains("/dialogtech/{flow}/transcription"), "{reply:?}");
    }
    for path in [WIX, NEXT] {
        for flow in ["bank", "DEMO", "..", "%00", ""] {
            address.post(&path.replace("demo", flow), "text/plain", b"").refuses(404, "call flow");
        }
    }

    let token = "dev-token-not-secret";
    let refused: [(String, Vec<(&str, &str)>); 6] = [
        (String::new(), vec![]),
        ("?auth=".to_owned(), vec![]),
        ("?auth=wrong".to_owned(), vec![]),
        (format!("?auth={token}&auth={token}"), vec![]),
        (format!("?auth={token}"), vec![("authorization", "Bearer dev-token-not-secret")]),
        (String::new(), vec![("authorization", "Bearer dev-token-not-secret"), ("authorization", "Bearer x")]),
    ];
    for webhook in ["/wix-answers/demo/auth", "/dialogtech/demo/next-action", "/dialogtech/demo/transcription"] {
        for (query, headers) in &refused {
            address.request("POST", &format!("{webhook}{query}"), headers, b"{}").refuses(401, "token");
        }
    }
    let basic = [("authorization", "Basic cmluZ2JvbHQ6ZGV2LXRva2VuLW5vdC1zZWNyZXQ=")];
    let admitted = address.request("GET", "/dialogtech/demo/next-action?ivr_id=40006", &basic, b"");
    assert_eq!(admitted.xml(), "<action><app>hangup</app></action>");
    assert_alive(&ringbolt);
}
