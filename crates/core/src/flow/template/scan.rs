//! The words of a template's expressions, for what the engine does not tell: which filters, statements and parts of
//! names it uses.

/// A word or sign inside `{{ ... }}` or `{% ... %}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// `{%`: the next word is a statement's.
    Statement,
    /// `{{`.
    Expression,
    /// A name, keyword or number.
    Word(&'s str),
    /// A text in quotes, without them; None where it has escapes.
    Text(Option<&'s str>),
    /// Any other character.
    Sign(char),
}

/// The tokens of every expression and statement; what stands around them is passed over.
///
/// It splits what the engine has accepted; for anything else the result has no meaning.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut brackets = 0;
    while let Some(start) = rest.find('{') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once("#}").map_or("", |(_, after)| after);
        } else if let Some(inside) = rest.strip_prefix('{') {
            found.push(Token::Expression);
            rest = inner(inside, "}}", &mut brackets, &mut found);
        } else if let Some(inside) = rest.strip_prefix('%') {
            found.push(Token::Statement);
            rest = inner(inside, "%}", &mut brackets, &mut found);
        }
    }
    found
}

/// Splits up to `end`, outside of any brackets as the engine has it, and gives what follows.
fn inner<'s>(mut rest: &'s str, end: &str, brackets: &mut isize, found: &mut Vec<Token<'s>>) -> &'s str {
    while let Some(first) = rest.chars().next() {
        if *brackets == 0 && rest.starts_with(end) {
            return &rest[end.len()..];
        }
        let length = match first {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                found.push(Token::Word(&rest[..length]));
                length
            }
            '"' | '\'' => {
                let length = quoted(rest, first);
                let text = rest.get(1..length - 1).unwrap_or_default();
                found.push(Token::Text((!text.contains('\\')).then_some(text)));
                length
            }
            _ => {
                match first {
                    '(' | '[' | '{' => *brackets += 1,
                    ')' | ']' | '}' => *brackets -= 1,
                    _ => {}
                }
                if !first.is_whitespace() {
                    found.push(Token::Sign(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    rest
}

/// The length of a text that begins with `quote`, both quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
