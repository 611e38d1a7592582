//! Colours and typefaces. One table serves both styles.

use std::fmt::Write as _;

/// Where a drawing will be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Inline in a page, which gives the colours as CSS variables (`--drawing-ink` and so on) and the typeface. Colours
    /// are presentation attributes, so that any rule of the page's style sheet overrides them.
    Page,
    /// As a file of its own, with a style sheet for light and dark.
    File,
}

/// A colour by what it is for.
#[derive(Clone, Copy, PartialEq)]
enum Colour {
    Card,
    Ink,
    Soft,
    Line,
    /// Lines that lead from card to card: between `Line` and `Soft`.
    Edge,
    Accent,
    Wash,
    Bad,
    None,
}

impl Colour {
    fn of_page(self) -> &'static str {
        match self {
            Self::Card => "var(--drawing-card)",
            Self::Ink => "var(--drawing-ink)",
            Self::Soft => "var(--drawing-soft)",
            Self::Line => "var(--drawing-line)",
            Self::Edge => "color-mix(in srgb,var(--drawing-soft) 62%,var(--drawing-card))",
            Self::Accent => "var(--drawing-accent)",
            Self::Wash => "var(--drawing-wash)",
            Self::Bad => "var(--drawing-bad)",
            Self::None => "none",
        }
    }

    fn light(self) -> &'static str {
        match self {
            Self::Card => "#fff",
            Self::Ink => "#1c1c1e",
            Self::Soft => "#6a6a70",
            Self::Line => "#dcd8cf",
            Self::Edge => "#9c9a98",
            Self::Accent => "#0b6b5d",
            Self::Wash => "#e3f1ee",
            Self::Bad => "#a8261a",
            Self::None => "none",
        }
    }

    fn dark(self) -> &'static str {
        match self {
            Self::Card => "#1c1c1f",
            Self::Ink => "#ececee",
            Self::Soft => "#9b9ba3",
            Self::Line => "#38383e",
            Self::Edge => "#6e6e76",
            Self::Accent => "#5cc8b5",
            Self::Wash => "#16302c",
            Self::Bad => "#ff8a7d",
            Self::None => "none",
        }
    }
}

/// Classes: fill, stroke, and what does not depend on light and dark.
const CLASSES: [(&str, Colour, Colour, &str); 16] = [
    ("box", Colour::Card, Colour::Line, ""),
    ("rule-line", Colour::None, Colour::Line, ""),
    ("name", Colour::Ink, Colour::None, "font-size:13px;font-weight:600"),
    ("pill-name", Colour::Ink, Colour::None, "font-size:12.5px"),
    ("words", Colour::Ink, Colour::None, "font-size:12.5px"),
    (
        "code",
        Colour::Ink,
        Colour::None,
        "font-size:11.5px;font-family:ui-monospace,'SF Mono','Cascadia Code',Menlo,'DejaVu Sans Mono',monospace",
    ),
    ("heading", Colour::Soft, Colour::None, "font-size:12.5px"),
    ("number", Colour::Soft, Colour::None, "font-size:11px"),
    ("mark", Colour::Soft, Colour::None, "font-size:11px"),
    ("begins", Colour::Accent, Colour::None, ""),
    ("pin-box", Colour::Wash, Colour::None, ""),
    ("pin", Colour::Accent, Colour::None, "font-size:10px;font-weight:600;letter-spacing:.04em"),
    ("port", Colour::Edge, Colour::None, ""),
    ("edge", Colour::None, Colour::Edge, "stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round"),
    ("head", Colour::Edge, Colour::None, ""),
    ("legend", Colour::Soft, Colour::None, "font-size:11px"),
];

/// The width of lines that show what is wrong, in pixels.
const BAD_WIDTH: &str = "2";
const SANS: &str = "Inter,system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif";

/// Writes classes, and colours with them if the style has no style sheet.
#[derive(Clone, Copy)]
pub(super) struct Painter {
    pub(super) style: Style,
}

impl Painter {
    /// Attributes of the `<svg>`.
    pub(super) fn root(self) -> &'static str {
        match self.style {
            Style::Page => "",
            Style::File => " style=\"background:var(--paper,#faf9f6)\"",
        }
    }

    /// Attributes of an element of a class.
    pub(super) fn class(self, class: &str, bad: bool) -> String {
        let mut attributes = format!("class=\"{class}{}\"", if bad { " bad" } else { "" });
        let Some((_, fill, stroke, more)) = CLASSES.iter().find(|(name, ..)| *name == class) else { return attributes };
        if self.style == Style::File {
            return attributes;
        }
        for (name, colour) in [("fill", fill), ("stroke", stroke)] {
            let colour = if bad && *colour != Colour::None { Colour::Bad } else { *colour };
            if name == "fill" || colour != Colour::None {
                write!(attributes, " {name}=\"{}\"", colour.of_page()).unwrap_or_default();
            }
        }
        for declaration in more.split(';').filter(|declaration| !declaration.is_empty()) {
            if let Some((name, value)) = declaration.split_once(':') {
                let value = if bad && name == "stroke-width" { BAD_WIDTH } else { value };
                write!(attributes, " {name}=\"{}\"", value.trim_end_matches("px")).unwrap_or_default();
            }
        }
        attributes
    }

    /// The style sheet of a file.
    pub(super) fn sheet(self) -> &'static str {
        static SHEET: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        match self.style {
            Style::Page => "",
            Style::File => SHEET.get_or_init(style_sheet),
        }
    }
}

fn style_sheet() -> String {
    let colours = |of: fn(Colour) -> &'static str| {
        let mut css = String::new();
        for (class, fill, stroke, _) in CLASSES {
            write!(css, ".{class}{{fill:{};stroke:{}}}", of(fill), of(stroke)).unwrap_or_default();
        }
        let (ink, bad) = (of(Colour::Ink), of(Colour::Bad));
        write!(
            css,
            ".title{{fill:{ink}}}.edge.bad{{stroke:{bad};stroke-width:{BAD_WIDTH}}}.head.bad,.port.bad,.words.bad,.code.bad{{fill:{bad}}}"
        )
        .unwrap_or_default();
        css
    };
    let mut css = format!("<style>svg{{--paper:#faf9f6;font-family:{SANS}}}.title{{font-size:16px;font-weight:650}}");
    for (class, _, _, more) in CLASSES.iter().filter(|(.., more)| !more.is_empty()) {
        write!(css, ".{class}{{{more}}}").unwrap_or_default();
    }
    css.push_str(&colours(Colour::light));
    css.push_str("@media(prefers-color-scheme:dark){svg{--paper:#141416}");
    css.push_str(&colours(Colour::dark));
    css.push_str("}</style>\n");
    css
}
