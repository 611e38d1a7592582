//! A drawing as SVG.

mod card;
mod edge;
mod legend;
mod style;

pub use style::Style;

use crate::{Layout, Sheet, text_width::Font};
use ringbolt_core::text::xml_text;
use std::fmt;
use style::Painter;

/// Around the drawing, in pixels.
const MARGIN: f64 = 24.0;
/// The flow's name above the drawing of a file.
const TITLE: f64 = 40.0;
/// Between the drawing and the legend.
const LEGEND_GAP: f64 = 26.0;

impl Sheet {
    /// Lays the sheet out and writes it as one `<svg>` element. It has no ids, so several can be in one page.
    #[must_use]
    pub fn svg(&self, style: Style) -> String {
        let layout = Layout::of(self);
        let painter = Painter { style };
        let legend = legend::Legend::of(self, layout.width);
        let header = if style == Style::File { TITLE } else { 0.0 };
        let margin = if style == Style::File { MARGIN } else { 4.0 };
        let inner = layout.width.max(legend.width).max(Font::Name.width(&self.title));
        let width = inner + 2.0 * margin;
        let height = header + layout.height + LEGEND_GAP + legend.height + 2.0 * margin;
        let (w, h) = (Number(width), Number(height));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"drawing\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\"{}><title>{}</title><desc>{}</desc>\n",
            painter.root(),
            xml_text(&self.title),
            xml_text(&self.description),
        );
        out.push_str(painter.sheet());
        if style == Style::File {
            let (x, y, name) =
                (Number(margin), Number(margin + 14.0), xml_text(self.title.trim_start_matches("call flow ")));
            out.push_str(&format!("<text class=\"title\" x=\"{x}\" y=\"{y}\">{name}</text>\n"));
        }
        out.push_str(&format!("<g transform=\"translate({} {})\">\n", Number(margin), Number(margin + header)));
        edge::edges(&mut out, painter, self, &layout);
        for (n, card) in self.cards.iter().enumerate() {
            card::card(&mut out, painter, card, layout.cards[n], &layout.rows[n]);
        }
        legend.write(&mut out, painter, layout.height + LEGEND_GAP);
        out.push_str("</g>\n</svg>\n");
        out
    }
}

/// A number without needless decimals.
#[derive(Clone, Copy)]
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.fract() == 0.0 { write!(f, "{:.0}", self.0) } else { write!(f, "{:.1}", self.0) }
    }
}
