//! Signs and words of other languages: `=`, `AND`, `&&`, curly quotes, spaces that are none.

use super::explained::Explained;
use super::tokens::Tokens;
use minijinja::machinery::Token;

/// The first of them up to where the parser stopped.
pub(super) fn find(tokens: &Tokens<'_>) -> Option<Explained> {
    let until = tokens.all.len().min(tokens.broken + 2);
    let slip = (0..until).find_map(|index| slip(tokens, index));
    slip.or_else(|| tokens.stray.filter(|_| tokens.broken >= tokens.all.len()).and_then(|at| stray(tokens, at)))
}

fn slip(tokens: &Tokens<'_>, index: usize) -> Option<Explained> {
    let (token, span) = tokens.all.get(index)?;
    let next = tokens.all.get(index + 1).filter(|(_, next)| next.start == span.end).map(|(token, _)| token);
    let (given, write) = match (token, next) {
        (Token::Pipe, Some(Token::Pipe)) => ("||", "or"),
        (Token::Lt, Some(Token::Gt)) => ("<>", "!="),
        (Token::Assign, Some(Token::Gt)) => ("=>", ">="),
        (Token::Assign, Some(Token::Lt)) => ("=<", "<="),
        (Token::Eq, Some(Token::Assign)) => ("===", "=="),
        (Token::Assign, _) if index == tokens.broken => ("=", "=="),
        (Token::Ident(word), _) => (*word, operator(word, index == tokens.broken)?),
        _ => return None,
    };
    Some(Explained::new(format!("`{given}` is not an operator"), format!("write `{write}`"), span.start))
}

/// The operator that a word stands for in other languages or in capitals.
fn operator(word: &str, is_broken: bool) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let capitals = ["and", "or", "not", "in", "is"].into_iter().find(|known| **known == *lower && *known != word);
    let other = || match &*lower {
        "eq" | "equals" | "equal" => Some("=="),
        "ne" => Some("!="),
        "lt" => Some("<"),
        "le" => Some("<="),
        "gt" => Some(">"),
        "ge" => Some(">="),
        "contains" => Some("\"...\" in answers.name"),
        _ => None,
    };
    capitals.or_else(|| is_broken.then(other).flatten())
}

/// A character that the tokenizer does not know.
fn stray(tokens: &Tokens<'_>, at: usize) -> Option<Explained> {
    let rest = tokens.source.get(at..)?;
    let character = rest.chars().next()?;
    let quote = |kind: &str, write: &str| {
        Explained::new(format!("`{character}` is a {kind} quote"), format!("write straight quotes, {write}"), at)
    };
    let explained = match character {
        '"' | '\'' => {
            let help = format!("a second `{character}` is missing");
            Explained::new(format!("the text in quotes that begins with {} has no end", shortened(rest)), help, at)
        }
        '“' | '”' | '„' | '‟' | '«' | '»' => quote("curly", "`\"...\"`"),
        '‘' | '’' | '‚' | '‛' => quote("curly", "`'...'`"),
        '`' | '´' => quote("slanting", "`'...'`"),
        '&' => Explained::new(format!("`{}` is not an operator", sign(rest, "&&")), "write `and`", at),
        '!' => Explained::new("`!` is not an operator", "write `not`", at),
        '≤' => Explained::new("`≤` is not an operator", "write `<=`", at),
        '≥' => Explained::new("`≥` is not an operator", "write `>=`", at),
        '≠' => Explained::new("`≠` is not an operator", "write `!=`", at),
        '–' | '—' | '−' => Explained::new(format!("`{character}` is not a minus sign"), "write `-`", at),
        _ => match space(character) {
            Some(name) => {
                let what = format!("there is {name} (U+{:04X})", u32::from(character));
                Explained::new(what, "type an ordinary space instead", at)
            }
            None if character.is_alphanumeric() => {
                let what = format!("`{character}` cannot be in a name");
                Explained::new(what, "write a part in brackets, for example `answers[\"größe\"]`", at)
            }
            None => return None,
        },
    };
    Some(explained)
}

/// A doubled sign, if it is one.
fn sign<'s>(rest: &'s str, doubled: &'s str) -> &'s str {
    if rest.starts_with(doubled) { doubled } else { &doubled[..1] }
}

fn shortened(rest: &str) -> String {
    let start: String = rest.chars().take(20).collect();
    format!("`{}`", start.trim_end())
}

/// A space or invisible character that is no ordinary space.
fn space(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{A0}' => "a no-break space",
        '\u{202F}' => "a narrow no-break space",
        '\u{200B}' => "a zero-width space",
        '\u{200C}' | '\u{200D}' => "an invisible joiner",
        '\u{FEFF}' => "a byte order mark",
        '\u{AD}' => "a soft hyphen",
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "an invisible direction mark",
        '\u{3000}' => "an ideographic space",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "an unusual line break",
        _ if character.is_whitespace() => "an unusual space",
        _ if character.is_control() => "a control character",
        _ => return None,
    })
}
