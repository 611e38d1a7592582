//! Pass-through data: what an answer gives to the next IVR and gets back with that IVR's results.
//!
//! The wire form is `key|value||key|value` (DialogTech, "Using Pass-Through Data"). It has no escape of its own, so our
//! keys and values are percent-encoded if necessary; what other handlers wrote is passed on unchanged.

use std::fmt;

use super::pass_value;

/// The most that [`PassThrough::render`] should be asked for: the provider publishes no limit, so ours is modest.
pub const PASS_THROUGH_LIMIT_BYTES: usize = 2_048;

/// The longest text that is taken apart.
const LONGEST_READ_BYTES: usize = 65_536;

const PAIR_BARS: &str = "||";

/// Pass-through data in order: what came in, and what was set since.
///
/// `Debug` shows keys alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PassThrough {
    segments: Vec<Segment>,
}

/// Pass-through data ready for an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The wire form; empty if there is nothing to pass.
    pub text: String,
    /// How many segments did not fit.
    pub dropped: usize,
}

/// What is between two pairs of bars.
#[derive(Clone, PartialEq, Eq)]
struct Segment {
    /// The wire text, kept to the byte.
    raw: String,
    /// Key and value as a reader sees them; `None` for opaque text without a bar or with nothing before its bar.
    pair: Option<(String, String)>,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Foreign,
    Ours,
    Protected,
}

impl PassThrough {
    /// Reads `ivr_pass_through`; nothing can fail, and [`to_text`](Self::to_text) gives back exactly what came in.
    ///
    /// Handlers in the field leave stray spaces, empty values and opaque texts: spaces around keys and values are ignored
    /// in the view, `a|||b|1` is an empty `a` and then `b`, and text without a bar is carried unread. So is any text over
    /// 64 KiB, which no answer could carry.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let raw = if text.len() > LONGEST_READ_BYTES { vec![text] } else { split_segments(text) };
        Self { segments: raw.into_iter().map(Segment::foreign).collect() }
    }

    /// The value of this key; if a key comes twice the last one counts, since handlers append.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().filter(|(candidate, _)| *candidate == key).last().map(|(_, value)| value)
    }

    /// Every key with its value, in order; opaque text is not among them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.segments.iter().filter_map(|s| s.pair.as_ref()).map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Puts a pair of ours at the end, replacing every earlier pair of this key.
    ///
    /// A pair without a key or without a value is left out: an empty value would be ambiguous on the wire.
    pub fn set(&mut self, key: &str, value: &str) {
        self.replace(key, value, Origin::Ours);
    }

    /// Like [`set`](Self::set), for a pair that must not be dropped for lack of room: our signed state.
    pub fn set_protected(&mut self, key: &str, value: &str) {
        self.replace(key, value, Origin::Protected);
    }

    /// Takes out every pair of this key.
    pub fn remove(&mut self, key: &str) {
        self.segments.retain(|segment| segment.pair.as_ref().is_none_or(|(candidate, _)| candidate != key));
    }

    /// The whole wire form, however long.
    #[must_use]
    pub fn to_text(&self) -> String {
        let raw: Vec<&str> = self.segments.iter().map(|segment| segment.raw.as_str()).collect();
        raw.join(PAIR_BARS)
    }

    /// The wire form in at most `limit_bytes` bytes.
    ///
    /// What doesn't fit is dropped: first what alone takes more than half of the room, so that one long value pushes no
    /// other out; then what came in, the oldest first; then our own pairs, the last one first. A protected pair is dropped
    /// only if the protected pairs alone are over the limit: an answer without them still steers the call, an answer that
    /// the provider refuses doesn't.
    #[must_use]
    pub fn render(&self, limit_bytes: usize) -> Rendered {
        let mut text_bytes = self.to_text().len();
        let mut kept = vec![true; self.segments.len()];
        let mut left = self.segments.len();
        let long = |index: &usize| {
            let segment = &self.segments[*index];
            segment.origin != Origin::Protected && segment.raw.len() > limit_bytes / 2
        };
        let long_ones = self.least_needed_first().filter(long);
        for victim in long_ones.chain(self.least_needed_first().filter(|index| !long(index))) {
            if text_bytes <= limit_bytes {
                break;
            }
            kept[victim] = false;
            left -= 1;
            // The last segment of all has no bars after it.
            let bars = if left == 0 { 0 } else { PAIR_BARS.len() };
            text_bytes -= self.segments[victim].raw.len() + bars;
        }
        let raw: Vec<&str> = self.segments.iter().zip(kept).filter(|(_, k)| *k).map(|(s, _)| s.raw.as_str()).collect();
        Rendered { text: raw.join(PAIR_BARS), dropped: self.segments.len() - raw.len() }
    }

    fn least_needed_first(&self) -> impl Iterator<Item = usize> {
        let of = |wanted| move |index: &usize| self.segments[*index].origin == wanted;
        let all = 0..self.segments.len();
        all.clone()
            .filter(of(Origin::Foreign))
            .chain(all.clone().rev().filter(of(Origin::Ours)))
            .chain(all.rev().filter(of(Origin::Protected)))
    }

    fn replace(&mut self, key: &str, value: &str, origin: Origin) {
        self.remove(key);
        if key.is_empty() || value.is_empty() {
            return;
        }
        let raw = format!("{}|{}", pass_value::encode(key), pass_value::encode(value));
        self.segments.push(Segment { raw, pair: Some((key.to_owned(), value.to_owned())), origin });
    }
}

impl Segment {
    fn foreign(raw: &str) -> Self {
        let pair = raw
            .split_once('|')
            .map(|(key, value)| (pass_value::decode(key.trim()), pass_value::decode(value.trim())))
            .filter(|(key, _)| !key.is_empty());
        Self { raw: raw.to_owned(), pair, origin: Origin::Foreign }
    }
}

/// Splits at every pair of bars. In an odd run of bars the first one belongs to the segment before it: it is the bar of
/// a key whose value is empty.
fn split_segments(text: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    if text.is_empty() {
        return segments;
    }
    let (mut start, mut from) = (0, 0);
    while let Some(found) = text[from..].find('|') {
        let at = from + found;
        let run = text[at..].bytes().take_while(|b| *b == b'|').count();
        from = at + run;
        if run > 1 {
            segments.push(&text[start..at + run % 2]);
            segments.extend(std::iter::repeat_n("", run / 2 - 1));
            start = from;
        }
    }
    segments.push(&text[start..]);
    segments
}

impl fmt::Debug for PassThrough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.segments.iter().map(|s| s.pair.as_ref().map_or("[opaque]", |(key, _)| key.as_str()));
        f.debug_map().entries(keys.map(|key| (key, format_args!("[redacted]")))).finish()
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("bytes", &self.text.len())
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "pass_through_tests.rs"]
mod tests;
