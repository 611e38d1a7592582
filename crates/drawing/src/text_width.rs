//! How wide a text may become. The reader's font is unknown, so these are estimates on the generous side.

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    /// Names, in bold.
    Name,
    /// Words.
    Words,
    /// Conditions, in a typeface whose letters have one width.
    Code,
    /// Marks and the legend.
    Small,
}

impl Font {
    /// In pixels.
    pub(crate) fn size(self) -> f64 {
        match self {
            Self::Name => 13.0,
            Self::Words => 12.5,
            Self::Code => 11.5,
            Self::Small => 11.0,
        }
    }

    /// The width of a text, in pixels.
    pub(crate) fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.width_of(c)).sum()
    }

    fn width_of(self, c: char) -> f64 {
        let ems = match self {
            Self::Code if c.is_ascii() => 0.61,
            Self::Name => ems(c) * 1.06,
            _ => ems(c),
        };
        ems * self.size()
    }

    /// The text, shortened with an ellipsis if it is wider than `most` pixels. Conditions lose their middle, since those
    /// of one IVR often differ at their end.
    pub(crate) fn fitted(self, text: &str, most: f64) -> String {
        if self.width(text) <= most {
            return text.to_owned();
        }
        let room = (most - self.width_of('…')).max(0.0);
        let tail = if self == Self::Code { self.within(text.chars().rev(), room * 0.6) } else { 0 };
        let tail = text.chars().rev().take(tail).map(char::len_utf8).sum::<usize>();
        let (_, tail) = text.split_at(text.len() - tail);
        // A name is cut at a dot or a space, unless that leaves little.
        let cut = tail.find(['.', ' ']).filter(|&cut| cut < tail.len() / 2).unwrap_or(0);
        let (before, tail) = text.split_at(text.len() - tail.len() + cut);
        let head = self.within(before.chars(), room - self.width(tail));
        let head: String = before.chars().take(head).collect();
        format!("{}…{}", head.trim_end(), tail.trim_start())
    }

    /// How many of the characters fit.
    fn within(self, chars: impl Iterator<Item = char>, mut room: f64) -> usize {
        chars
            .take_while(|&c| {
                room -= self.width_of(c);
                room >= 0.0
            })
            .count()
    }
}

/// Of a typeface without serifs, in units of its size.
fn ems(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '-' | '"' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.98,
        'A'..='Z' | '&' | '=' | '+' | '<' | '>' | '~' | '#' => 0.74,
        '\0'..='\u{7f}' => 0.61,
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{80}'..='\u{58f}' => 0.72,
        '\u{590}'..='\u{10ff}' | '\u{1200}'..='\u{2dff}' => 0.9,
        '\u{1f000}'.. => 1.4,
        _ => 1.08,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_in_an_ellipsis_and_fits() {
        for font in [Font::Name, Font::Words, Font::Code, Font::Small] {
            let long = "lookup(\"jobs\", answers.job) is defined 電話 ".repeat(9);
            let fitted = font.fitted(&long, 200.0);
            assert!(fitted.contains('…') && font.width(&fitted) <= 200.0, "{fitted}");
            assert_eq!(fitted.ends_with('…'), font != Font::Code);
            assert_eq!(font.fitted("wrong", 200.0), "wrong");
            assert_eq!(font.fitted("wrong", 0.0), "…");
        }
    }
}
