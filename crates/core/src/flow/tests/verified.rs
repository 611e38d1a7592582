//! Nobody unverified comes where the right PIN leads: every way round, in the words of its shortest form.

use super::super::*;

/// A flow with a login and what else is given; the right PIN leads to `secret` unless `outcomes` says otherwise.
fn flow(top: &str, outcomes: &str, ivrs: &str) -> String {
    let verified = if outcomes.contains("verified:") { "" } else { "verified: { ivr: secret }, " };
    let wrong = if outcomes.contains("wrong:") { "" } else { "wrong: { ivr: login }, " };
    let unanswered = if outcomes.contains("unanswered:") { "" } else { "unanswered: hangup, " };
    let fallback = if top.contains("fallback:") { "" } else { "fallback: { do: hangup }\n" };
    format!(
        "flow: a\nrealm: a\nlimits: {{ per_ani: {{ attempts: 30, window: 1h }} }}\n{fallback}{top}\nivrs:\n  login: {{ id: 1, \
         verify_pin: {{ user: \"{{{{ answers.a }}}}\", pin: \"{{{{ answers.p }}}}\", {verified}{wrong}{unanswered}{outcomes} \
         }} }}\n  secret: {{ id: 2, do: {{ voicemail: {{ id: 9 }} }} }}\n{ivrs}\n"
    )
}

fn found(text: &str, severity: Severity) -> Vec<String> {
    let findings = Flow::check(text, None).findings.into_iter();
    findings.filter(|found| found.severity == severity).map(|found| found.message).collect()
}

const RING: &str = "{ findme: { phone_list: [\"2125550101\"], nextaction: 6, nextactionitem: secret } }";

#[test]
fn every_way_round_is_refused_with_its_shortest_form() {
    let menu = "  menu: { id: 3, ivr: secret }";
    for (top, outcomes, ivrs, way) in [
        ("", "wrong: { ivr: secret }", "", "login (wrong) → secret"),
        ("", "unanswered: { ivr: secret }", "", "login (unanswered) → secret"),
        ("", "unknown: { ivr: secret }", "", "login (unknown) → secret"),
        ("", "too_many_attempts: { ivr: secret }, locked: hangup", "", "login (too_many_attempts) → secret"),
        ("", "locked: { ivr: secret }", "", "login (locked) → secret"),
        // With other texts it is the same place.
        ("", "wrong: { ivr: { to: secret, user_parameters: { a: b }, pass: { c: d } } }", "", "login (wrong) → secret"),
        // Nobody answers.
        ("", &format!("wrong: {RING}"), "", "login (wrong, nobody answers) → secret"),
        (
            "",
            "wrong: { ivr: menu }",
            &format!("  menu: {{ id: 3, do: {RING} }}"),
            "login (wrong) → menu (nobody answers) → secret",
        ),
        // Through other IVRs, rules and all.
        ("", "wrong: { ivr: menu }", menu, "login (wrong) → menu → secret"),
        (
            "",
            "wrong: { rules: [{ when: answers.x, do: { ivr: menu } }, { do: hangup }] }",
            "  menu: { id: 3, rules: [{ when: answers.y == \"1\", do: { ivr: other } }, { do: hangup }] }\n  other: { id: 4, ivr: secret }",
            "login (wrong, answers.x) → menu (answers.y == \"1\") → other → secret",
        ),
        // The fallback.
        ("fallback: { do: { ivr: secret } }", "", "", "the fallback → secret"),
        (&format!("fallback: {{ do: {RING} }}"), "", "", "the fallback → secret"),
        ("fallback: { do: { ivr: menu } }", "", menu, "the fallback → menu → secret"),
        // Where a call begins.
        ("starts: secret", "", "", "a call begins → secret"),
        ("starts: { rules: [{ when: call.dnis, ivr: secret }, { ivr: login }] }", "", "", "a call begins → secret"),
        (
            "starts: { rules: [{ when: call.dnis, ivr: menu }, { ivr: login }] }",
            "",
            menu,
            "a call begins → menu → secret",
        ),
        ("", "", menu, "a call begins → menu → secret"),
        // A rule that turns a caller away.
        (
            "",
            "verified: { rules: [{ when: caller.a == \"1\", verified: false, do: { ivr: secret } }, { do: { ivr: secret } }] }",
            "",
            "login (verified, caller.a == \"1\") → secret",
        ),
        // Without a portal.
        (
            "twiml: { vr: { 601: secret } }",
            "wrong: { vr: { id: 601 } }",
            "",
            "login (wrong) → virtual receptionist 601 (without a portal) → secret",
        ),
        // IVRs of the portal, numbers and mailboxes.
        (
            "",
            "verified: { ivr: portal }, wrong: { ivr: portal }",
            "  portal: { id: 5 }",
            "login (wrong) → portal (in the portal)",
        ),
        (
            "",
            "verified: { transfer: { destination: 800-555-0101 } }, wrong: { transfer: { destination: \"{{ flow.desk }}\" } }",
            "constants: { desk: \"8005550101\" }",
            "login (wrong) → transfer to 8005550101",
        ),
        (
            "",
            "verified: { findme: { phone_list: [8005550101], record: 1 } }, wrong: { findme: { phone_list: [8005550101] } }",
            "",
            "login (wrong) → ring 8005550101",
        ),
        ("", "verified: { voicemail: { id: 7 } }, wrong: { voicemail: { id: 7 } }", "", "login (wrong) → voicemail 7"),
        (
            "fallback: { do: { voicemail: { id: 7 } } }",
            "verified: { voicemail: { id: 7 } }",
            "",
            "the fallback → voicemail 7",
        ),
    ] {
        let text = flow(top, outcomes, ivrs);
        let expected = format!("a caller who isn't verified comes where `verified` leads: {way}");
        assert_eq!(found(&text, Severity::Error), [expected], "{text}");
    }
}

#[test]
fn flows_that_keep_verified_callers_apart_load() {
    for (top, outcomes, ivrs) in [
        ("", "", ""),
        ("starts: login", "wrong: { ivr: again }", "  again: { id: 3, like: login }"),
        // Support is shared further down the line, by both.
        (
            "",
            "verified: { ivr: menu }, wrong: { ivr: support }",
            "  menu: { id: 3, rules: [{ when: answers.x, do: { ivr: support } }, { do: { ivr: secret } }] }\n  \
             support: { id: 4, transfer: { destination: \"8005550101\" } }",
        ),
        // A number is shared, but not directly.
        (
            "",
            "verified: { transfer: { destination: \"8005550101\" } }, wrong: { ivr: support }",
            "  support: { id: 4, transfer: { destination: \"8005550101\" } }",
        ),
        // Two logins lead to one place.
        (
            "",
            "",
            "  second: { id: 3, verify_pin: { user: \"{{ answers.a }}\", pin: \"{{ answers.p }}\", verified: { ivr: secret }, \
             wrong: hangup, unanswered: hangup } }",
        ),
        // Everybody may hear that the call is over.
        ("", "verified: hangup, wrong: hangup", ""),
        // A caller who is turned away goes where others go.
        (
            "",
            "verified: { rules: [{ when: caller.a == \"1\", verified: false, do: { ivr: sorry } }, { do: { ivr: secret } }] }, \
             wrong: { ivr: sorry }",
            "  sorry: { id: 3, do: hangup }",
        ),
        // A virtual receptionist without an entry in `twiml` leads to no IVR of this flow.
        ("twiml: { vr: { 601: login } }", "wrong: { vr: { id: 602 } }", ""),
    ] {
        let text = flow(top, outcomes, ivrs);
        assert_eq!(found(&text, Severity::Error), [""; 0], "{text}");
        let apart =
            found(&text, Severity::Warning).into_iter().filter(|found| found.contains("come to the same place"));
        assert_eq!(apart.collect::<Vec<_>>(), [""; 0], "{text}");
    }
}

#[test]
fn a_place_that_asks_who_calls_or_that_few_verified_callers_see_may_be_shared_with_a_warning() {
    let same = "some verified callers and some others come to the same place: ";
    for (outcomes, ivrs, way) in [
        // The signed state tells the flow who calls.
        (
            "verified: { ivr: menu }, wrong: { ivr: menu }",
            "  menu: { id: 3, rules: [{ when: caller.id is defined, do: { ivr: secret } }, { do: hangup }] }",
            "login (wrong) → menu",
        ),
        (
            "verified: { ivr: balance }, wrong: { ivr: balance }",
            "  balance: { id: 3, say: \"{{ caller.balance }}\" }",
            "login (wrong) → balance",
        ),
        (
            "verified: { rules: [{ when: caller.vip == \"1\", do: { ivr: menu } }, { do: { ivr: secret } }] }, wrong: { ivr: menu }",
            "  menu: { id: 3, do: hangup }",
            "login (wrong) → menu",
        ),
    ] {
        let text = flow("", outcomes, ivrs);
        assert_eq!(found(&text, Severity::Error), [""; 0], "{text}");
        let warnings = found(&text, Severity::Warning);
        assert!(warnings.contains(&format!("{same}{way}")), "{warnings:?}\n{text}");
    }
}

#[test]
fn the_message_says_where_the_way_begins() {
    for (top, outcomes, ivrs, place) in [
        ("fallback: { do: { ivr: secret } }", "", "", "line 4, column 17"),
        ("starts: secret", "", "", "line 5, column 9"),
        ("starts: { rules: [{ when: call.dnis, ivr: secret }, { ivr: login }] }", "", "", "line 5, column 19"),
        ("", "", "  menu: { id: 3, ivr: secret }", "line 9, column 18"),
    ] {
        let text = flow(top, outcomes, ivrs);
        let found = Flow::load(&text).map_or_else(|mistakes| mistakes.to_string(), |_| String::new());
        assert!(found.starts_with(place), "{found}\n{text}");
    }
}
