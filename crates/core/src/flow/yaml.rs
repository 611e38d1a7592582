//! From YAML text to a tree that knows where everything is: flows and scripted calls are read with it.
//!
//! The parser's events are taken one by one, so that nesting is bounded before anything recurses, every repeated key is
//! found and a number stays the digits that the author wrote.

use super::mistake::{Mistake, Position};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

/// How deep lists and mappings may nest; the deepest place of a real flow is about 10.
const MAX_DEPTH: usize = 32;

/// A place in the tree.
#[derive(Debug)]
pub struct Node {
    /// Where it begins.
    pub at: Position,
    /// What is there.
    pub value: Value,
}

/// What is there.
#[derive(Debug)]
pub enum Value {
    /// `~`, `null`, or nothing at all.
    Null,
    /// A word, number or text, as written; `plain` without quotes.
    Scalar {
        /// The text.
        text: String,
        /// Whether it has no quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the file's order; no key comes twice.
    Map(Vec<(Key, Node)>),
    /// Something that is reported already.
    Broken,
}

impl Value {
    /// What it is, for messages: `nothing`, `a list`, `a mapping`, `a text`; `None` if it is reported already.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Broken => None,
            Self::Null => Some("nothing"),
            Self::List(_) => Some("a list"),
            Self::Map(_) => Some("a mapping"),
            Self::Scalar { .. } => Some("a text"),
        }
    }
}

/// A length of time: digits and `s`, `m`, `h` or `d`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u64 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// A key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// Where it is.
    pub at: Position,
    /// Its text.
    pub name: String,
}

/// A list or mapping whose end is not reached.
struct Open {
    at: Position,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { entries: Vec<(Key, Node)>, lines: HashMap<String, usize>, key: Option<Option<Key>> },
}

struct Builder<'m> {
    end: Position,
    open: Vec<Open>,
    root: Option<Node>,
    mistakes: &'m mut Vec<Mistake>,
}

/// Reads one YAML document, or `None` with a mistake that says why it cannot be read.
pub fn parse(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder { end: end_of(text), open: Vec::new(), root: None, mistakes };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0;
    while let Some(next) = parser.next_event() {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                let at = in_its_line(text, builder.position(error.marker()));
                builder.mistake(at, format!("this is not YAML: {}", error.info()));
                return None;
            }
        };
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                builder.mistake(
                    builder.position(&span.start),
                    "the file holds one YAML document, and a second begins here",
                );
                return None;
            }
        }
        builder.event(event, span)?;
    }
    match builder.root {
        Some(Node { value: Value::Null, .. }) | None => {
            mistakes.push(Mistake::new(Position::START, "the file is empty"));
            None
        }
        root => root,
    }
}

/// The place after the last character. In YAML 1.2, a line ends with CR LF, LF or CR.
fn end_of(text: &str) -> Position {
    let breaks = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count() - text.matches("\r\n").count();
    let last = text.rsplit(['\n', '\r']).next().unwrap_or_default();
    Position { line: breaks + 1, column: last.chars().count() + 1 }
}

/// The parser counts the bytes of a directive (`%...`), so its place can be after the end of the line.
fn in_its_line(text: &str, at: Position) -> Position {
    let text = text.replace("\r\n", "\n");
    let columns = text.split(['\n', '\r']).nth(at.line - 1).map_or(0, |line| line.chars().count());
    Position { column: at.column.min(columns + 1), ..at }
}

impl Builder<'_> {
    /// The parser ends a last line that has no line break, and then is on a line that the file doesn't have.
    fn position(&self, marker: &Marker) -> Position {
        Position { line: marker.line(), column: marker.col() + 1 }.min(self.end)
    }

    fn mistake(&mut self, at: Position, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(at, message));
    }

    /// `None` if reading must stop.
    fn event(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        let at = self.position(&span.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
            Event::DocumentStart(_) | Event::DocumentEnd => {}
            Event::Alias(_) => {
                self.mistake(at, "YAML aliases (`*name`) are not read: write the value out");
                self.place(Node { at, value: Value::Broken });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(at, anchor, tag.as_ref());
                let plain = style == ScalarStyle::Plain;
                let value = match text.as_ref() {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
                    _ => Value::Scalar { text: text.into_owned(), plain },
                };
                self.place(Node { at, value });
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(at, anchor, tag.as_ref());
                self.open(at, Kind::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(at, anchor, tag.as_ref());
                self.open(at, Kind::Map { entries: Vec::new(), lines: HashMap::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { at, kind } = self.open.pop()?;
                let value = match kind {
                    Kind::List(nodes) => Value::List(nodes),
                    Kind::Map { entries, .. } => Value::Map(entries),
                };
                self.place(Node { at, value });
            }
        }
        Some(())
    }

    fn refuse_extras(&mut self, at: Position, anchor: usize, tag: Option<&Cow<'_, Tag>>) {
        if anchor > 0 {
            self.mistake(at, "YAML anchors (`&name`) are not read: write the value out where it is needed");
        }
        if tag.is_some() {
            self.mistake(at, "YAML tags (`!name`) are not read: leave it out");
        }
    }

    fn open(&mut self, at: Position, kind: Kind) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            self.mistake(at, format!("lists and mappings nest deeper than {MAX_DEPTH} here"));
            return None;
        }
        self.open.push(Open { at, kind });
        Some(())
    }

    /// Puts a finished node where it belongs: into a list, as a key, or under the key before it.
    fn place(&mut self, mut node: Node) {
        let Some(Open { kind, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        let (entries, lines, key) = match kind {
            Kind::List(nodes) => return nodes.push(node),
            Kind::Map { entries, lines, key } => (entries, lines, key),
        };
        match key.take() {
            None => {
                let at = node.at;
                match key_name(node.value) {
                    Some(name) => match lines.get(&name) {
                        None => {
                            lines.insert(name.clone(), at.line);
                            *key = Some(Some(Key { at, name }));
                        }
                        Some(first) => {
                            *key = Some(None);
                            let message = format!("the key `{name}` is here a second time (first on line {first})");
                            self.mistake(at, message);
                        }
                    },
                    None => {
                        *key = Some(None);
                        self.mistake(at, "a key is a single word or number");
                    }
                }
            }
            Some(None) => {}
            Some(Some(key)) => {
                // The parser notes a missing value where the next thing begins; its key is where to look.
                if matches!(node.value, Value::Null) {
                    node.at = key.at;
                }
                entries.push((key, node));
            }
        }
    }
}

fn key_name(value: Value) -> Option<String> {
    match value {
        Value::Scalar { text, .. } => Some(text),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Broken => None,
    }
}
