//! Brackets, braces and statements that do not close.

use super::super::fault::Form;
use super::explained::Explained;
use super::tokens::Tokens;
use minijinja::machinery::Token;

/// What is not closed, or closed wrongly, at the token where the parser stopped.
pub(super) fn find(tokens: &Tokens<'_>, form: Form, detail: &str) -> Option<Explained> {
    if tokens.all.is_empty() && tokens.stray.is_none() {
        return Some(Explained::new("it is empty", "for example `answers.qos | int <= 2`", 0));
    }
    let open = Open::before(tokens);
    if tokens.broken >= tokens.all.len() && tokens.stray.is_some() {
        return match detail {
            "unexpected end of comment" => {
                Some(Explained::new("a comment is not closed", "`#}` is missing", tokens.offset()))
            }
            _ => None,
        };
    }
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        return statement(tokens, name);
    }
    if tokens.broken >= tokens.all.len() { at_the_end(tokens, form, &open) } else { in_the_middle(tokens, &open) }
}

/// What is open where the parser stopped, each with its offset.
struct Open {
    /// `{{` or `{%`.
    braces: Option<(&'static str, usize)>,
    /// `(`, `[` or `{`.
    brackets: Vec<(char, usize)>,
    /// `if` and `for`.
    statements: Vec<(&'static str, usize)>,
}

impl Open {
    fn before(tokens: &Tokens<'_>) -> Self {
        let mut open = Self { braces: None, brackets: Vec::new(), statements: Vec::new() };
        for (index, (token, span)) in tokens.all.iter().enumerate().take(tokens.broken) {
            match token {
                Token::VariableStart => open.braces = Some(("{{", span.start)),
                Token::BlockStart => open.braces = Some(("{%", span.start)),
                Token::VariableEnd | Token::BlockEnd => open.braces = None,
                Token::ParenOpen => open.brackets.push(('(', span.start)),
                Token::BracketOpen => open.brackets.push(('[', span.start)),
                Token::BraceOpen => open.brackets.push(('{', span.start)),
                Token::ParenClose | Token::BracketClose | Token::BraceClose => drop(open.brackets.pop()),
                Token::Ident(word) if matches!(tokens.before(index), Some(Token::BlockStart)) => match *word {
                    "if" => open.statements.push(("if", span.start)),
                    "for" => open.statements.push(("for", span.start)),
                    "endif" | "endfor" => drop(open.statements.pop()),
                    _ => {}
                },
                _ => {}
            }
        }
        open
    }
}

/// A statement that is no beginning: `endif` without `if`, `elseif`.
fn statement(tokens: &Tokens<'_>, name: &str) -> Option<Explained> {
    let begin = match name {
        "endif" | "else" | "elif" => "if",
        "endfor" => "for",
        "elseif" | "elsif" => {
            let help = "write `{% elif ... %}`";
            return Some(Explained::new(format!("`{name}` is not a statement"), help, tokens.offset()));
        }
        _ => return None,
    };
    let what = format!("`{{% {name} %}}` has no `{{% {begin} ... %}}` before it");
    Some(Explained::new(what, "each `if` and `for` is closed once, the inner one first", tokens.offset()))
}

fn at_the_end(tokens: &Tokens<'_>, form: Form, open: &Open) -> Option<Explained> {
    if let Some((bracket, at)) = open.brackets.last() {
        let closing = closing(*bracket);
        return Some(Explained::new(format!("`{bracket}` is not closed"), format!("`{closing}` is missing"), *at));
    }
    let last = tokens.all.len().checked_sub(1)?;
    if open.braces.is_some() || form == Form::Condition {
        let (token, span) = tokens.all.get(last)?;
        let is_complete = matches!(
            token,
            Token::Str(_)
                | Token::String(_)
                | Token::Int(_)
                | Token::Int128(_)
                | Token::Float(_)
                | Token::ParenClose
                | Token::BracketClose
                | Token::BraceClose
                | Token::VariableStart
                | Token::BlockStart
        ) || matches!(token, Token::Ident(word) if !matches!(*word, "and" | "or" | "not" | "in" | "is" | "if" | "else"));
        if !is_complete {
            let text = tokens.text(last)?;
            return Some(Explained::new(
                format!("it ends after `{text}`"),
                format!("something is missing after `{text}`"),
                span.start,
            ));
        }
    }
    if let Some((begin, at)) = open.braces {
        let end = if begin == "{{" { "}}" } else { "%}" };
        return Some(Explained::new(format!("`{begin}` is not closed"), format!("`{end}` is missing"), at));
    }
    let (name, at) = *open.statements.last()?;
    let what = format!("`{{% {name} ... %}}` is not closed");
    Some(Explained::new(what, format!("`{{% end{name} %}}` is missing"), at))
}

fn in_the_middle(tokens: &Tokens<'_>, open: &Open) -> Option<Explained> {
    let (token, span) = tokens.all.get(tokens.broken)?;
    let before = tokens.before(tokens.broken);
    let given = tokens.text(tokens.broken)?;
    let is_closing = matches!(token, Token::BraceClose | Token::ParenClose | Token::BracketClose);
    if is_closing && let Some((bracket, at)) = open.brackets.last() {
        let closing = closing(*bracket).to_string();
        // If the bracket closes, something inside it is wrong.
        let is_open = closing != given;
        return is_open
            .then(|| Explained::new(format!("`{bracket}` is not closed"), format!("`{closing}` is missing"), *at));
    }
    if matches!(token, Token::BraceClose)
        && let Some((begin, at)) = open.braces
    {
        let (end, wrong) = if begin == "{{" { ("}}", "%}") } else { ("%}", "}}") };
        let wrong =
            if matches!(before, Some(Token::Mod)) || begin == "{%" && tokens.source[span.start..].starts_with("}}") {
                wrong
            } else {
                "}"
            };
        return Some(Explained::new(format!("`{begin}` is closed by `{wrong}`"), format!("write `{end}`"), at));
    }
    if is_closing {
        let opening = match given {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        return Some(Explained::new(format!("`{given}` has no `{opening}` before it"), "leave it out", span.start));
    }
    if matches!(token, Token::VariableEnd | Token::BlockEnd) {
        if matches!(before, Some(Token::VariableStart | Token::BlockStart)) {
            return Some(Explained::new(
                "there is nothing between the braces",
                "for example `{{ answers.name }}`",
                span.start,
            ));
        }
        if let Some((bracket, at)) = open.brackets.last() {
            let closing = closing(*bracket);
            return Some(Explained::new(format!("`{bracket}` is not closed"), format!("`{closing}` is missing"), *at));
        }
        let text = tokens.text(tokens.broken.checked_sub(1)?)?;
        return Some(Explained::new(
            format!("something is missing before `{given}`"),
            format!("it follows `{text}`"),
            span.start,
        ));
    }
    words(tokens, span.start)
}

/// Words of statements in the wrong place, and two words after each other.
fn words(tokens: &Tokens<'_>, at: usize) -> Option<Explained> {
    let previous = tokens.broken.checked_sub(1)?;
    let (Token::Ident(first), span) = tokens.all.get(previous)? else { return None };
    let is_first = matches!(tokens.before(previous), None | Some(Token::VariableStart));
    if is_first && matches!(*first, "if" | "for" | "else" | "elif" | "endif" | "endfor" | "when") {
        return Some(match tokens.before(previous) {
            None => Explained::new(
                format!("a condition begins without `{first}`"),
                format!("leave `{first}` out"),
                span.start,
            ),
            Some(_) => {
                Explained::new(format!("`{first}` is a statement"), format!("write `{{% {first} ... %}}`"), span.start)
            }
        });
    }
    if *first == "else" && tokens.text(tokens.broken) == Some("if") {
        return Some(Explained::new("`else if` is not a statement", "write `{% elif ... %}`", span.start));
    }
    let (Token::Ident(second), _) = tokens.all.get(tokens.broken)? else { return None };
    let is_part = matches!(tokens.before(previous), Some(Token::Dot));
    is_part.then(|| {
        let help = format!("an operator is missing, or the name has a space: `answers[\"{first} {second}\"]`");
        Explained::new(format!("`{second}` does not belong to the expression before it"), help, at)
    })
}

fn closing(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}
