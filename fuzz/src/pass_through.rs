//! DialogTech's pass-through data.

use crate::input::Input;
use ringbolt_core::dialects::dialogtech::PassThrough;
use ringbolt_core::text::{is_xml_char, spoken_text};

/// Two bytes for the limit, a line for each pair of ours (key and value separated by `=`), an empty line, and what came in.
///
/// What came in is carried on to the byte; our pairs come back as they were, and any other reader of bars sees no further
/// pair; nothing is over the limit.
pub fn pass_through(data: &[u8]) {
    let mut input = Input::new(data);
    let limit = usize::from(input.u16() % 4096);
    let mut ours: Vec<(String, String)> = Vec::new();
    loop {
        let line = input.text();
        let Some((key, value)) = line.split_once('=') else { break };
        ours.push((key.to_owned(), value.to_owned()));
    }
    let came = spoken_text(&input.rest_as_text()).into_owned();
    let mut passed = PassThrough::parse(&came);
    assert_eq!(passed.to_text(), came);

    for (key, value) in &ours {
        passed.set(key, value);
    }
    let text = passed.to_text();
    assert!(!text.contains('\r') && text.chars().all(is_xml_char), "{text:?}");
    let back = PassThrough::parse(&text);
    assert_eq!(back.to_text(), text);
    for (at, (key, value)) in ours.iter().enumerate() {
        let is_last = ours[at + 1..].iter().all(|(later, _)| later != key);
        if is_last && !key.is_empty() {
            let kept = Some(value.as_str()).filter(|value| !value.is_empty());
            assert_eq!((passed.get(key), back.get(key)), (kept, kept), "{key:?}");
        }
    }
    // Nothing of ours adds or hides a pair of others.
    let others = |passed: &PassThrough| -> Vec<(String, String)> {
        let theirs = passed.iter().filter(|(key, _)| ours.iter().all(|(own, _)| own != key));
        theirs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    assert_eq!(others(&back), others(&PassThrough::parse(&came)));

    let rendered = passed.render(limit);
    assert!(rendered.text.len() <= limit);
    assert!(rendered.dropped > 0 || rendered.text == text);
    let kept = PassThrough::parse(&rendered.text);
    assert!(kept.iter().all(|(key, value)| passed.iter().any(|pair| pair == (key, value))));
}
