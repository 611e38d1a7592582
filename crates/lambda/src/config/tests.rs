use super::*;

fn webhook(set: &[(&str, &str)]) -> Result<WebhookConfig, ConfigMistakes> {
    WebhookConfig::from_env(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn every_mistake_is_named_at_once() {
    let mistakes = webhook(&[("RINGBOLT_DEADLINE_MS", "soon"), ("RINGBOLT_RETENTION_DAYS", "0")]).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "the environment is not complete:\n  \
         RINGBOLT_CALLERS_TABLE is not set\n  \
         RINGBOLT_CALLS_TABLE is not set\n  \
         RINGBOLT_COUNTERS_TABLE is not set\n  \
         RINGBOLT_WEBHOOK_TOKENS is not set\n  \
         RINGBOLT_DEADLINE_MS must be a whole number from 100 to 25000\n  \
         RINGBOLT_RETENTION_DAYS must be a whole number from 1 to 3650"
    );
}

#[test]
fn defaults_stand_where_nothing_is_set() {
    let config = webhook(&[
        ("RINGBOLT_CALLERS_TABLE", "callers"),
        ("RINGBOLT_CALLS_TABLE", "calls"),
        ("RINGBOLT_COUNTERS_TABLE", "counters"),
        ("RINGBOLT_WEBHOOK_TOKENS", "{}"),
    ])
    .unwrap();
    assert_eq!(config.deadline, Duration::from_secs(1));
    assert_eq!(config.retention, Duration::from_secs(90 * 86_400));
}

#[test]
fn the_queue_may_be_missing_or_empty_but_not_something_else() {
    let queue = |value: Option<&str>| StoringConfig::from_env(|_| value.map(str::to_owned)).map(|config| config.queue);
    assert_eq!((queue(None), queue(Some(" "))), (Ok(None), Ok(None)));
    let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/transcriptions";
    assert_eq!(queue(Some(url)), Ok(Some(url.parse().unwrap())));
    let mistake = queue(Some("transcriptions")).unwrap_err().to_string();
    assert!(mistake.contains("RINGBOLT_TRANSCRIPTIONS_QUEUE_URL must be the URL of an SQS queue"), "{mistake}");
}

#[test]
fn a_previous_hash_is_named_after_the_current_one() {
    let (argon, keyed) = (PinHash::default(), PinHash::Keyed);
    for (text, expected) in [
        ("argon2id", Some((argon, None))),
        ("keyed", Some((keyed, None))),
        ("argon2id,previous=keyed", Some((argon, Some(keyed)))),
        ("keyed,previous=argon2id", Some((keyed, Some(argon)))),
        ("keyed,previous=keyed", None),
        ("keyed,", None),
        ("keyed,previous=", None),
        ("keyed, previous=argon2id", None),
        ("", None),
    ] {
        let expected = expected.map(|(current, previous)| PinHashes { current, previous });
        assert_eq!(pin_hashes(text), expected, "{text}");
    }
}
