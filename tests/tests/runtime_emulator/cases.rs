//! The event files in `events/` and their expected answers.

use crate::emulator::{Emulated, Reply};
use regex_lite::Regex;
use ringbolt_tests::app::{Function, root};
use std::collections::BTreeSet;

pub const TEXT: &str = "text/plain; charset=utf-8";
pub const XML: &str = "text/xml; charset=utf-8";

/// An event file and its expected answer.
#[derive(Clone, Copy)]
pub struct Case {
    file: &'static str,
    /// The outcome in the log.
    outcome: &'static str,
    status: u16,
    content_type: &'static str,
    body: &'static str,
}

pub const fn text(file: &'static str, outcome: &'static str, body: &'static str) -> Case {
    Case { file, outcome, status: 200, content_type: TEXT, body }
}

/// Expects an XML document, in which a signed call state is written `rb|TRIES.USER`, without its time and signature, and a
/// sealed one `s=STATE`.
pub const fn xml(file: &'static str, outcome: &'static str, body: &'static str) -> Case {
    Case { file, outcome, status: 200, content_type: XML, body }
}

pub const fn status(status: u16, file: &'static str, outcome: &'static str, body: &'static str) -> Case {
    Case { file, outcome, status, content_type: TEXT, body }
}

pub const NO_TOKEN: &str = "This webhook needs its token: once, as the query parameter `auth`, the password of HTTP Basic, or a Bearer \
     token.\n";

/// Sends the events in order and reports all differences together. Returns the outcomes expected in the log.
pub async fn send(emulated: &Emulated, cases: &[Case]) -> Vec<&'static str> {
    let mut differences = Vec::new();
    for case in cases {
        let mut reply = emulated.invoke_file(case.file).await;
        reply.body = comparable(&reply);
        let expected =
            Reply { status: case.status, content_type: case.content_type.to_owned(), body: case.body.to_owned() };
        if reply != expected {
            differences.push(format!("{}:\n  expected {expected:?}\n  answered {reply:?}", case.file));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    cases.iter().map(|case| case.outcome).collect()
}

/// Asserts that each file has an expectation, and each expectation a file.
pub fn assert_complete<'a>(function: Function, cases: impl IntoIterator<Item = &'a Case>) {
    let folder = root().join("events").join(function.name());
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = names.collect();
    let expected: BTreeSet<String> = cases.into_iter().map(|case| format!("{}.json", case.file)).collect();
    assert_eq!(files, expected);
}

/// The body for comparison. A document must be readable by a second parser, and loses the parts that differ in every
/// answer.
fn comparable(reply: &Reply) -> String {
    if reply.content_type != XML {
        return reply.body.clone();
    }
    match pass_through(&reply.body) {
        Some(passed) => reply.body.replace(&passed, &without_signature(&passed)),
        // The URLs of TwiML carry the sealed state of the call.
        None => Regex::new("s=[A-Za-z0-9_-]{40,}").unwrap().replace_all(&reply.body, "s=STATE").into_owned(),
    }
}

/// The pass-through data in a document.
pub fn pass_through(document: &str) -> Option<String> {
    let document = roxmltree::Document::parse(document).unwrap();
    let element = document.descendants().find(|node| node.has_tag_name("p_t"))?;
    Some(element.text().unwrap().to_owned())
}

fn without_signature(passed: &str) -> String {
    let segments = passed.split("||").map(|segment| match segment.strip_prefix("rb|") {
        None => segment.to_owned(),
        Some(state) => {
            let [tries, issued_at, user, _pins, signature] = state.split('.').collect::<Vec<_>>()[..] else {
                panic!("not a call state: {state}")
            };
            // The signature is 16 bytes in base64, and the time is in milliseconds.
            assert_eq!((signature.len(), issued_at.len()), (22, 13), "{state}");
            format!("rb|{tries}.{user}")
        }
    });
    segments.collect::<Vec<_>>().join("||")
}
