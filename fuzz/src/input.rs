//! What libFuzzer makes, taken apart from the front. Texts are lines, so that a seed can be read and written by people.

use std::borrow::Cow;

/// Bytes of which nothing is expected: what is missing is zero or empty.
#[derive(Clone, Copy)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `bound`, which is at most 256.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    pub fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// One of the choices; the letters of a seed choose the first ones by their order in the alphabet.
    pub fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte().wrapping_sub(b'a')) % choices.len()]
    }

    /// The bytes before the next line feed.
    pub fn bytes(&mut self) -> &'a [u8] {
        let mut parts = self.0.splitn(2, |byte| *byte == b'\n');
        let line = parts.next().unwrap_or_default();
        self.0 = parts.next().unwrap_or_default();
        line
    }

    /// The same as text; what isn't UTF-8 becomes a replacement character.
    pub fn line(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// A text of any characters: a line in which a backslash with a letter stands for a character that is hard to hit upon.
    pub fn text(&mut self) -> String {
        let line = self.line();
        let mut text = String::with_capacity(line.len());
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            let meant = if c == '\\' { chars.next().unwrap_or(c) } else { c };
            text.push(match meant {
                'n' if c == '\\' => '\n',
                'r' if c == '\\' => '\r',
                '0' if c == '\\' => '\0',
                'f' if c == '\\' => '\u{FFFE}',
                'e' if c == '\\' => '\u{1F600}',
                other => other,
            });
        }
        text
    }

    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    /// What is left, as text.
    pub fn rest_as_text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }
}
