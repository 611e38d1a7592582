//! The text of the flow. It is a start that people change, so it says what each part is for.

use super::{
    answers::{Answers, Kind},
    hours::Hours,
};
use crate::provider::Provider;

/// The whole file.
pub(super) fn text(answers: &Answers) -> String {
    let sections = match answers.kind {
        Kind::Wix => vec![head(answers), lockout(), wix_fallback(), hours(answers), wix_answers(answers)],
        Kind::Account => vec![
            head(answers),
            "identifier: digits                # 90-786 and 90786 are one account\n".to_owned(),
            lockout(),
            "limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }\n".to_owned(),
            fallback(),
            constants(answers),
            hours(answers),
            starts_and_ivrs(
                answers,
                "login",
                &[login(answers), account_menu(answers), balance(answers), support(answers)],
            ),
            twiml(answers),
        ],
        Kind::Menu => vec![
            head(answers),
            fallback(),
            constants(answers),
            hours(answers),
            starts_and_ivrs(answers, "menu", &[menu(answers), news(answers), support(answers)]),
            twiml(answers),
        ],
    };
    let sections: Vec<String> =
        sections.into_iter().filter(|section| !section.is_empty()).map(|section| filled(&section, answers)).collect();
    sections.join("\n")
}

/// Puts the answers in their places.
fn filled(text: &str, answers: &Answers) -> String {
    text.replace("$NAME", &name(answers)).replace("$SUPPORT", answers.support.as_str()).replace("$ZONE", &answers.zone)
}

/// The flow's name. YAML would read some names, such as `123` and `true`, as something else.
pub(super) fn name(answers: &Answers) -> String {
    let name = answers.name.as_str();
    let is_word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&name);
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_word;
    if is_plain { name.to_owned() } else { format!("\"{name}\"") }
}

fn head(answers: &Answers) -> String {
    let portal = match answers.provider {
        Provider::Dialogtech => {
            "# The ids are building blocks of DialogTech's portal; put your own here. An IVR with `say` is set to \"Retrieve message\n\
             # and read to user\" there, and the others to \"Retrieve next action\".\n"
        }
        Provider::WixAnswers => {
            "# The GUIDs are invented: an IVR's own is in the browser's address bar when you open it in Wix Answers.\n"
        }
        Provider::Twiml => "",
    };
    format!(
        "# Written by `ringbolt init`. `ringbolt flow check` reports mistakes, and `ringbolt flow graph` draws the flow.\n{portal}\n\
         flow: $NAME\nrealm: $NAME\n"
    )
}

fn lockout() -> String {
    "# Three wrong PINs in a row lock a caller for 30 minutes, the next three for an hour, and so on up to a day.\n\
     lockout: { attempts: 3, lock: 30m, longest: 24h, suspend_after: 20 }\n"
        .to_owned()
}

fn fallback() -> String {
    "# What a caller gets when something fails on our side.\n\
     fallback:\n  do: { transfer: { destination: \"$SUPPORT\" } }\n  \
     say: \"We are sorry, we cannot help you right now. Please call again later.\"\n"
        .to_owned()
}

fn wix_fallback() -> String {
    "# What a caller gets when something fails on our side.\nfallback:\n  wix_answers: disconnect\n".to_owned()
}

fn constants(_: &Answers) -> String {
    "constants:\n  support: \"$SUPPORT\"\n".to_owned()
}

fn hours(answers: &Answers) -> String {
    let Some(open) = answers.hours.in_flow() else { return String::new() };
    format!(
        "hours:\n  support:\n    zone: $ZONE\n    open:\n      {open}\n    holidays:\n      01-01: closed\n      12-25: closed\n"
    )
}

/// The IVRs, each with an id if the provider has a portal.
fn starts_and_ivrs(answers: &Answers, first: &str, ivrs: &[String]) -> String {
    let numbered = ivrs.iter().zip(10_001..).map(|(ivr, id)| match answers.provider {
        Provider::Dialogtech => ivr.replace("$ID", &format!("    id: {id}\n")),
        _ => ivr.replace("$ID", ""),
    });
    format!("starts: {first}\n\nivrs:\n{}", numbered.collect::<Vec<_>>().join("\n"))
}

fn login(_: &Answers) -> String {
    r#"  login:
$ID    asks:
      - { prompt: "Welcome. Please key your account number, then pound.", as: account, digits: 4-10 }
      - { prompt: "And your PIN, then pound.", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified:                   # the only outcome that may use `caller`
        ivr: { to: menu, user_parameters: { firstname: "{{ caller.first_name | default('dear customer') }}" } }
      wrong: { ivr: login }       # ask again while there are tries left
      too_many_attempts: { ivr: support }
      locked: { ivr: support }
      unanswered: { ivr: support }
"#
    .to_owned()
}

fn account_menu(_: &Answers) -> String {
    r#"  menu:
$ID    asks:
      - { prompt: "Hello @firstname. For your balance press 1, for a colleague press 2.", as: choice, one_of: ["1", "2"] }
    rules:
      - when: answers.choice == "1"
        do: { ivr: balance }
      - do: { ivr: support }
"#
    .to_owned()
}

fn balance(_: &Answers) -> String {
    r#"  balance:
$ID    rules:
      - when: caller.balance is defined
        say: "Your balance is {{ caller.balance }} dollars."
      - say: "We are sorry, we cannot tell you your balance right now. Please call again later."
"#
    .to_owned()
}

fn menu(_: &Answers) -> String {
    r#"  menu:
$ID    asks:
      - { prompt: "Welcome. For our address press 1, for a colleague press 2.", as: choice, one_of: ["1", "2"] }
    rules:
      - when: answers.choice == "1"
        do: { ivr: address }
      - do: { ivr: support }
"#
    .to_owned()
}

fn news(_: &Answers) -> String {
    "  address:\n$ID    say: \"You find us at 1 Example Street, Springfield. Goodbye.\"\n".to_owned()
}

fn support(answers: &Answers) -> String {
    let transfer = "{ transfer: { destination: \"{{ flow.support }}\" } }";
    let step = match answers.hours {
        Hours::Always => format!("    do: {transfer}\n"),
        Hours::Open { .. } => format!(
            "    rules:\n      - when: open(\"support\")\n        do: {transfer}\n      - do: {{ voicemail: {{ id: 501 }} }}\n"
        ),
    };
    format!("  support:\n$ID    says: \"One moment, please.\"\n{step}")
}

/// A TwiML provider has no portal with mailboxes. With the section, `flow push` checks that the flow can be played.
fn twiml(answers: &Answers) -> String {
    if answers.provider != Provider::Twiml {
        return String::new();
    }
    let voicemail = match answers.hours {
        Hours::Always => "",
        Hours::Open { .. } => {
            "  voicemail: { 501: { greeting: \"Nobody is here right now. Please leave a message after the tone.\" } }\n"
        }
    };
    format!("twiml:\n  language: en-US\n{voicemail}")
}

fn wix_answers(answers: &Answers) -> String {
    let spoken: Vec<String> = answers.support.as_str().chars().map(String::from).collect();
    let spoken = spoken.join(" ");
    let (locked, closed) = match answers.hours {
        Hours::Always => ("support".to_owned(), String::new()),
        Hours::Open { .. } => (
            "\n    rules:\n      - { when: open(\"support\"), do: support }\n      - { do: closed }".to_owned(),
            "    closed: { guid: 3c1d5e7f-8a2b-4c6d-9e0f-1a2b3c4d5e6f, says: \"Nobody is here right now. Goodbye.\" }\n".to_owned(),
        ),
    };
    let locked = if locked.starts_with('\n') { locked } else { format!(" {locked}") };
    format!(
        r#"wix_answers:
  prompt: "Please key your PIN, then pound."
  success: welcome
  failure: sorry
  locked:{locked}
  unknown: disconnect             # nobody enrolled this user
  ivrs:
    welcome: {{ guid: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, says: "Thank you. You are logged in." }}
    sorry: {{ guid: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11, says: "That PIN did not match." }}
    support: {{ guid: 77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22, says: "Your account is locked. Please call {spoken}." }}
{closed}"#
    )
}
