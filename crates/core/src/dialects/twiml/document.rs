//! A TwiML document: verbs as types, so that no text can become one.

use crate::text::{xml_attribute, xml_text};

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What happens, in order.
    pub verbs: Vec<Verb>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// A voice reads a text.
    Say(Say),
    /// A sound is played.
    Play {
        /// Its URL.
        url: String,
    },
    /// The caller is asked for keys, and meanwhile hears this.
    Gather {
        /// Where the keys are sent.
        action: String,
        /// How long the next key may take, in seconds.
        timeout: u8,
        /// After how many keys no `#` is needed.
        num_digits: Option<usize>,
        /// What is heard.
        says: Vec<Verb>,
    },
    /// The caller is recorded.
    Record {
        /// What is asked once they have spoken.
        action: String,
        /// The longest recording, in seconds.
        max_secs: u64,
        /// Where the transcription is sent, under the attributes' names of the provider.
        transcription: Option<TranscribedTo>,
    },
    /// People are rung, all at once.
    Dial {
        /// What is asked once they have talked, or nobody has taken the call; `None` if nothing follows.
        action: Option<String>,
        /// How long they ring, in seconds.
        timeout: Option<u8>,
        /// Whether the call is recorded.
        record: bool,
        /// Whom.
        numbers: Vec<Number>,
    },
    /// Another document is asked for.
    Redirect {
        /// Where.
        url: String,
    },
    /// The call ends.
    Hangup,
}

/// A text that a voice reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// The text.
    pub text: String,
    /// In which language; `None` for the provider's own.
    pub language: Option<String>,
    /// By which voice; `None` for the provider's own.
    pub voice: Option<String>,
}

/// A number that is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// In E.164.
    pub number: String,
    /// Which document the person who answers hears first.
    pub url: Option<String>,
}

/// Where a transcription is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscribedTo {
    /// Where.
    pub url: String,
    /// The names of the two attributes: whether, and where.
    pub attributes: [&'static str; 2],
}

impl Document {
    /// A document of these verbs.
    pub fn of(verbs: impl IntoIterator<Item = Verb>) -> Self {
        Self { verbs: verbs.into_iter().collect() }
    }

    /// The end of the call.
    #[must_use]
    pub fn hang_up() -> Self {
        Self::of([Verb::Hangup])
    }

    /// Writes the document, with an XML declaration and no white space between elements. Every text goes through
    /// [`xml_text`] or [`xml_attribute`].
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut text = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
        element(&mut text, "Response", &[], |inside| self.verbs.iter().for_each(|verb| verb.write(inside)));
        text
    }
}

impl Verb {
    fn write(&self, out: &mut String) {
        match self {
            Self::Say(Say { text, language, voice }) => {
                let attributes: Vec<_> = [("language", language), ("voice", voice)]
                    .into_iter()
                    .filter_map(|(n, v)| Some((n, v.as_deref()?)))
                    .collect();
                element(out, "Say", &attributes, |inside| inside.push_str(&xml_text(text)));
            }
            Self::Play { url } => element(out, "Play", &[], |inside| inside.push_str(&xml_text(url))),
            Self::Gather { action, timeout, num_digits, says } => {
                let (timeout, digits) = (timeout.to_string(), num_digits.map(|number| number.to_string()));
                let mut attributes = vec![
                    ("input", "dtmf"),
                    // Some providers' default is GET, which would put the keys into a URL.
                    ("method", "POST"),
                    ("action", action),
                    ("timeout", &timeout),
                    ("finishOnKey", "#"),
                ];
                attributes.extend(digits.as_deref().map(|digits| ("numDigits", digits)));
                element(out, "Gather", &attributes, |inside| says.iter().for_each(|verb| verb.write(inside)));
            }
            Self::Record { action, max_secs, transcription } => {
                let seconds = max_secs.to_string();
                let mut attributes = vec![
                    ("method", "POST"),
                    ("action", action.as_str()),
                    ("maxLength", &seconds),
                    ("timeout", "5"),
                    ("finishOnKey", "#"),
                    ("playBeep", "true"),
                ];
                if let Some(TranscribedTo { url, attributes: [whether, to] }) = transcription {
                    attributes.extend([(*whether, "true"), (*to, url)]);
                }
                element(out, "Record", &attributes, |_| {});
            }
            Self::Dial { action, timeout, record, numbers } => {
                let timeout = timeout.map(|seconds| seconds.to_string());
                let mut attributes = Vec::new();
                if let Some(action) = action {
                    attributes.extend([("method", "POST"), ("action", action)]);
                }
                attributes.push(("answerOnBridge", "true"));
                attributes.extend(timeout.as_deref().map(|seconds| ("timeout", seconds)));
                attributes.extend(record.then_some(("record", "record-from-answer-dual")));
                element(out, "Dial", &attributes, |inside| {
                    for Number { number, url } in numbers {
                        let attributes: Vec<_> =
                            url.iter().flat_map(|url| [("method", "POST"), ("url", url.as_str())]).collect();
                        element(inside, "Number", &attributes, |inside| inside.push_str(&xml_text(number)));
                    }
                });
            }
            Self::Redirect { url } => {
                element(out, "Redirect", &[("method", "POST")], |inside| inside.push_str(&xml_text(url)));
            }
            Self::Hangup => element(out, "Hangup", &[], |_| {}),
        }
    }
}

/// An element, closed at once if there is nothing in it. Names are our own constants.
fn element(out: &mut String, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut String)) {
    out.extend(["<", name]);
    for (name, value) in attributes {
        out.extend([" ", *name, "=\"", &*xml_attribute(value), "\""]);
    }
    let begins = out.len();
    out.push('>');
    content(out);
    if out.len() == begins + 1 {
        out.insert(begins, '/');
    } else {
        out.extend(["</", name, ">"]);
    }
}

/// A document's XML without the sealed states in its URLs: what a record keeps.
#[must_use]
pub fn without_states(xml: &str) -> String {
    let is_of_url = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (mut kept, mut rest) = (String::with_capacity(xml.len()), xml);
    while let Some(begins) = rest.find(AT) {
        let after = &rest[begins + AT.len()..];
        let ends = after.find(|c| !is_of_url(c)).unwrap_or(after.len());
        let (head, tail) = rest.split_at(begins + AT.len() + ends);
        kept.push_str(head);
        rest = tail.strip_prefix("&amp;s=").map_or(tail, |sealed| sealed.trim_start_matches(is_of_url));
    }
    kept.push_str(rest);
    kept
}

/// How the query of our URLs begins.
const AT: &str = "?at=";
