//! How large cards and rows are, in whole pixels: lines between whole pixels would be blurred.

use crate::{
    sheet::{Card, CardKind, RowKind},
    text_width::Font,
};

/// The header of a card.
pub(crate) const HEADER: f64 = 34.0;
/// An end.
pub(crate) const PILL: f64 = 26.0;
/// From the edge of a card to its text.
pub(crate) const PAD: f64 = 14.0;
/// For the numbers of rules.
pub(crate) const NUMBER: f64 = 18.0;
/// Between the name of an IVR and the mark of its PIN question; the mark itself.
pub(crate) const MARK_GAP: f64 = 10.0;
pub(crate) const PIN_MARK: f64 = 32.0;
/// For the mark that calls begin here.
pub(crate) const BEGIN_MARK: f64 = 14.0;
const RULE: f64 = 24.0;
const SMALL_ROW: f64 = 22.0;
const BOTTOM: f64 = 6.0;
const NARROWEST: f64 = 112.0;

/// The size of a card and of what is on it.
#[derive(Clone, Debug)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where its rows begin, from its top, and their heights.
    pub(super) rows: Vec<(f64, f64)>,
}

impl Size {
    pub(super) fn of(card: &Card) -> Self {
        let name = Font::Name.width(&card.name);
        if card.kind == CardKind::End {
            return Self { width: (Font::Words.width(&card.name) + 2.0 * PAD).ceil(), height: PILL, rows: Vec::new() };
        }
        let mut header = name + 2.0 * PAD;
        if card.asks_for_pin {
            header += MARK_GAP + PIN_MARK;
        }
        if card.begins {
            header += BEGIN_MARK;
        }
        let mut width = header.max(NARROWEST);
        let (mut rows, mut top) = (Vec::with_capacity(card.rows.len()), HEADER);
        for row in &card.rows {
            let height = if row.kind == RowKind::Rule { RULE } else { SMALL_ROW };
            rows.push((top, height));
            top += height;
            let font = if row.is_code { Font::Code } else { Font::Words };
            let mark = if row.mark.is_empty() { 0.0 } else { MARK_GAP + Font::Small.width(row.mark) };
            width = width.max(indent(card) + font.width(&row.text) + mark + 2.0 * PAD);
        }
        Self { width: width.ceil(), height: top + BOTTOM, rows }
    }

    /// Where a line to this card ends, from its top.
    pub(super) fn entry(&self) -> f64 {
        if self.rows.is_empty() { self.height / 2.0 } else { HEADER / 2.0 }
    }

    /// Where a line from a row begins, from the card's top.
    pub(super) fn exit(&self, row: usize) -> f64 {
        self.rows.get(row).map_or(self.entry(), |(top, height)| top + height / 2.0)
    }
}

/// From the edge of a card's text to that of its rules: the numbers are between.
pub(crate) fn indent(card: &Card) -> f64 {
    if card.rows.iter().any(|row| row.number.is_some() || row.kind == RowKind::Heading) { NUMBER } else { 0.0 }
}
