//! What is below the drawing: where a call goes if anything fails, and what the marks mean.

use super::{
    Number,
    card::{add, begin_mark, pill, pin_mark, text},
    style::Painter,
};
use crate::{
    Rect,
    layout::{PAD, PILL, PIN_MARK},
    sheet::{Card, RowKind, Sheet},
    text_width::Font,
};

/// Between entries, in pixels.
const GAP: f64 = 24.0;
const LINE: f64 = 22.0;
/// From the pills of the fallback to the marks.
const BELOW_FALLBACK: f64 = 14.0;
/// The legend is at least this wide, if it has that much to say.
const LEAST: f64 = 640.0;
const ANYTHING_FAILS: &str = "If anything fails:";

/// The legend, with only what the drawing has.
pub(super) struct Legend<'s> {
    pub(super) width: f64,
    pub(super) height: f64,
    fallback: Vec<(&'s Card, Rect)>,
    marks: Vec<(Mark, f64, f64)>,
    marks_at: f64,
}

#[derive(Clone, Copy)]
enum Mark {
    Begins,
    Pin,
    NobodyAnswers,
    Again,
    Fallback,
    Unreached,
    Offending,
}

impl Mark {
    const ALL: [Self; 7] =
        [Self::Begins, Self::Pin, Self::NobodyAnswers, Self::Again, Self::Fallback, Self::Unreached, Self::Offending];

    fn is_in(self, sheet: &Sheet) -> bool {
        let any_row = |mark| sheet.cards.iter().flat_map(|card| &card.rows).any(|row| row.mark == mark);
        match self {
            Self::Begins => sheet.cards.iter().any(|card| card.begins),
            Self::Pin => sheet.cards.iter().any(|card| card.asks_for_pin),
            Self::NobodyAnswers => sheet.cards.iter().flat_map(|card| &card.rows).any(|row| row.kind == RowKind::Also),
            Self::Again => any_row("↻ asks again"),
            Self::Fallback => any_row("fallback"),
            Self::Unreached => sheet.cards.iter().any(|card| card.unreached),
            Self::Offending => sheet.wires.iter().any(|wire| wire.offending),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Begins => "calls begin here",
            Self::Pin => "asks for a PIN",
            Self::NobodyAnswers => "if nobody answers",
            Self::Again => "the same IVR again",
            Self::Fallback => "the flow says nothing else",
            Self::Unreached => "no call comes here",
            Self::Offending => "shows what is wrong",
        }
    }

    /// The width of what is in front of the words.
    fn sign(self) -> f64 {
        match self {
            Self::Begins | Self::Again => 14.0,
            Self::Pin => PIN_MARK + 6.0,
            Self::NobodyAnswers | Self::Unreached | Self::Offending => 30.0,
            Self::Fallback => Font::Small.width("fallback:") + 2.0,
        }
    }
}

impl<'s> Legend<'s> {
    pub(super) fn of(sheet: &'s Sheet, width: f64) -> Self {
        let most = width.max(LEAST);
        let mut legend = Self { width: 0.0, height: 0.0, fallback: Vec::new(), marks: Vec::new(), marks_at: 0.0 };
        let mut x = Font::Small.width(ANYTHING_FAILS) + 8.0;
        for card in &sheet.fallback {
            let pill = Rect { x, y: 0.0, width: (Font::Words.width(&card.name) + 2.0 * PAD).ceil(), height: PILL };
            x = pill.right() + 8.0;
            legend.width = legend.width.max(pill.right());
            legend.height = PILL;
            legend.fallback.push((card, pill));
        }
        if legend.height > 0.0 {
            legend.marks_at = legend.height + BELOW_FALLBACK;
        }
        let (mut x, mut y) = (0.0, legend.marks_at);
        for mark in Mark::ALL.into_iter().filter(|mark| mark.is_in(sheet)) {
            let width = mark.sign() + Font::Small.width(mark.words());
            if x > 0.0 && x + width > most {
                (x, y) = (0.0, y + LINE);
            }
            legend.marks.push((mark, x, y));
            legend.width = legend.width.max(x + width);
            legend.height = y + LINE;
            x += width + GAP;
        }
        legend
    }

    pub(super) fn write(&self, out: &mut String, painter: Painter, top: f64) {
        add(out, format_args!("<g class=\"key\" transform=\"translate(0 {})\">", Number(top)));
        let class = painter.class("legend", false);
        if !self.fallback.is_empty() {
            text(out, &class, 0.0, PILL / 2.0, "", ANYTHING_FAILS);
        }
        for (card, rect) in &self.fallback {
            pill(out, painter, card, *rect, " fallback");
        }
        for &(mark, x, y) in &self.marks {
            let middle = y + LINE / 2.0;
            sign(out, painter, mark, x, middle);
            text(out, &class, x + mark.sign(), middle, "", mark.words());
        }
        out.push_str("</g>\n");
    }
}

fn sign(out: &mut String, painter: Painter, mark: Mark, x: f64, middle: f64) {
    let line = |out: &mut String, bad: bool, more: &str| {
        let (class, x, y) = (painter.class("edge", bad), Number(x), Number(middle));
        add(out, format_args!("<path {class} d=\"M{x} {y}h22\"{more}/>"));
    };
    let class = painter.class("mark", false);
    match mark {
        Mark::Begins => begin_mark(out, painter, x, middle),
        Mark::Pin => pin_mark(out, painter, x, middle),
        Mark::NobodyAnswers => line(out, false, " stroke-dasharray=\"4 4\""),
        Mark::Again => text(out, &class, x, middle, "", "↻"),
        Mark::Fallback => text(out, &class, x, middle, "", "fallback:"),
        Mark::Unreached => {
            let (class, x, y) = (painter.class("box", false), Number(x), Number(middle - 7.0));
            add(
                out,
                format_args!(
                    "<rect {class} x=\"{x}\" y=\"{y}\" width=\"22\" height=\"14\" rx=\"4\" opacity=\"0.42\"/>"
                ),
            );
        }
        Mark::Offending => line(out, true, ""),
    }
}
