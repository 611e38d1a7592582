use super::*;

fn content(subject: &str, step: Step, change: &str) -> Content {
    Content {
        at: EpochMs(1_000),
        who: "ada@desk-7".to_owned(),
        command: "pin set".to_owned(),
        subject: Subject::new(subject, "salt"),
        step,
        detail: String::new(),
        change: change.to_owned(),
    }
}

/// Six entries: three changes, each begun and done.
fn chain() -> Vec<Entry> {
    let mut head = Head::EMPTY;
    let mut entries = Vec::new();
    for change in ["a", "b", "c"] {
        for step in [Step::Begun, Step::Done] {
            let entry = Entry::following(&head, content("bank#90786", step, change));
            head = entry.head();
            entries.push(entry);
        }
    }
    entries
}

fn verify(entries: &[Entry], head: Option<Head>, noted: Option<Head>) -> Verified {
    let mut verifier = Verifier::new(noted);
    entries.iter().for_each(|entry| verifier.entry(entry));
    verifier.finish(head)
}

#[test]
fn an_untouched_chain_has_no_findings() {
    let entries = chain();
    let head = entries[5].head();
    let verified = verify(&entries, Some(head), Some(entries[2].head()));
    assert_eq!(verified, Verified { findings: vec![], entries: 6, nameless: 0, unfinished: vec![], last: head });
    assert_eq!(verify(&[], None, None).findings, []);
}

#[test]
fn every_kind_of_tampering_is_detected() {
    type Tamper = fn(&mut Vec<Entry>);
    let rewrite = |entries: &mut Vec<Entry>| {
        let before = entries[1].head();
        let mut forged = content("bank#1", Step::Begun, "b");
        forged.who = "eve".to_owned();
        entries[2] = Entry::following(&before, forged);
    };
    let cases: [(&str, Tamper, Vec<Finding>); 9] = [
        ("removed", |e| drop(e.remove(2)), vec![Finding::Missing { from: 3, to: 3 }]),
        ("two removed", |e| drop(e.drain(1..3)), vec![Finding::Missing { from: 2, to: 3 }]),
        ("the first removed", |e| drop(e.remove(0)), vec![Finding::Missing { from: 1, to: 1 }]),
        ("changed", |e| e[2].content.who = "eve".to_owned(), vec![Finding::Changed { seq: 3 }]),
        (
            "name replaced",
            |e| {
                e[2].content.subject =
                    Subject::from_stored(*e[2].content.subject.digest(), Some(("x".into(), "y".into())))
            },
            vec![Finding::Changed { seq: 3 }],
        ),
        ("rewritten with a matching digest", rewrite, vec![Finding::Unlinked { seq: 4 }]),
        (
            "reordered",
            |e| {
                e.swap(2, 3);
                (e[2].seq, e[3].seq) = (3, 4);
            },
            vec![Finding::Changed { seq: 3 }, Finding::Changed { seq: 4 }, Finding::Unlinked { seq: 5 }],
        ),
        ("cut off", |e| e.truncate(4), vec![Finding::CutOff { last: 4, head: 6 }]),
        (
            "added at the end",
            |e| {
                let head = e[5].head();
                e.push(Entry::following(&head, content("bank#1", Step::Done, "c")));
            },
            vec![Finding::HeadDiffers { last: 7, head: 6 }],
        ),
    ];
    for (what, tamper, findings) in cases {
        let mut entries = chain();
        let head = entries[5].head();
        tamper(&mut entries);
        assert_eq!(verify(&entries, Some(head), None).findings, findings, "{what}");
    }
    assert_eq!(verify(&chain(), None, None).findings, [Finding::NoHead]);
}

#[test]
fn a_noted_head_reveals_a_rewritten_chain() {
    let entries = chain();
    let noted = entries[3].head();
    let mut head = Head::EMPTY;
    let rewritten: Vec<_> = entries
        .iter()
        .map(|entry| {
            let entry = Entry::following(&head, Content { who: "eve".to_owned(), ..entry.content.clone() });
            head = entry.head();
            entry
        })
        .collect();
    assert_eq!(verify(&rewritten, Some(head), None).findings, [], "undetected without a noted head");
    assert_eq!(verify(&rewritten, Some(head), Some(noted)).findings, [Finding::NotAsNoted { seq: 4 }]);
    let shorter = verify(&rewritten[..2], Some(rewritten[1].head()), Some(noted));
    assert_eq!(shorter.findings, [Finding::CutOff { last: 2, head: 4 }]);
}

#[test]
fn erasing_a_name_keeps_the_chain_valid() {
    let mut entries = chain();
    let head = entries[5].head();
    for entry in &mut entries[..2] {
        entry.content.subject = Subject::from_stored(*entry.content.subject.digest(), None);
    }
    let verified = verify(&entries, Some(head), None);
    assert_eq!((verified.findings, verified.nameless), (vec![], 2));
    assert!(!format!("{entries:?}").contains("90786"), "subjects are redacted");
}

#[test]
fn a_change_that_never_ended_is_reported() {
    let entries = &chain()[..5];
    assert_eq!(verify(entries, Some(entries[4].head()), None).unfinished, [5]);
    // Ids of changes are random, so the order of the log is another one.
    let mut head = Head::EMPTY;
    let begun = ["c", "a", "b"].map(|change| {
        let entry = Entry::following(&head, content("bank#90786", Step::Begun, change));
        head = entry.head();
        entry
    });
    assert_eq!(verify(&begun, Some(head), None).unfinished, [1, 2, 3]);
}

#[test]
fn an_unreadable_entry_is_exactly_one_finding() {
    let entries = chain();
    let mut verifier = Verifier::new(None);
    verifier.entry(&entries[0]);
    verifier.unreadable(Some(2));
    entries[2..].iter().for_each(|entry| verifier.entry(entry));
    let verified = verifier.finish(Some(entries[5].head()));
    assert_eq!(verified.findings, [Finding::Unreadable { seq: Some(2) }]);
}

#[test]
fn digests_round_trip_as_text() {
    let digest = chain()[0].digest;
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for bad in ["", "ab", &"x".repeat(64), &"é".repeat(32)] {
        assert_eq!(bad.parse::<Digest>(), Err(InvalidDigest), "{bad}");
    }
}
