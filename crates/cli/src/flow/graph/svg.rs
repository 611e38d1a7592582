//! The drawing as an SVG picture with a background of its own, so that it can stand on any page.

use super::{
    drawing::{Arrow, Drawing, Kind, PlaceBox},
    layout::{Layout, Plan, TooLarge},
};
use quick_xml::escape::escape;
use std::fmt::Write as _;

const FONT: &str = "ui-sans-serif,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif";
/// Sizes in pixels.
const FONT_SIZE: f64 = 13.0;
const LINE: f64 = 17.0;
const MARGIN: f64 = 20.0;
/// The widest line in a box, in characters: the GUID of an IVR fits.
const BOX_WRAP: usize = 36;
/// The widest line beside an arrow.
const LABEL_WRAP: usize = 24;

/// The picture.
///
/// # Errors
/// [`TooLarge`].
pub(super) fn svg(drawing: &Drawing) -> Result<String, TooLarge> {
    let mut plan = Plan::default();
    let texts: Vec<Vec<String>> = drawing.boxes.iter().enumerate().map(|(n, place)| lines(drawing, n, place)).collect();
    for (place, text) in drawing.boxes.iter().zip(&texts) {
        let (width, height) = size(text);
        let slanted = matches!(place.kind, Kind::AsksForPin | Kind::ReadsText);
        plan.sizes.push((width + if slanted { 44.0 } else { 26.0 }, height + 16.0));
    }
    // A text beside an arrow is a box without a border, with a line to it and an arrow from it.
    let arrows: Vec<(&Arrow, Vec<String>)> = drawing
        .arrows
        .iter()
        .filter(|arrow| arrow.from != arrow.to)
        .map(|arrow| (arrow, arrow.labels.iter().flat_map(|label| wrapped(label, LABEL_WRAP)).collect()))
        .collect();
    for (arrow, label) in &arrows {
        if label.is_empty() {
            plan.lines.push((arrow.from, arrow.to));
        } else {
            let (width, height) = size(label);
            let between = plan.sizes.len();
            plan.sizes.push((width + 8.0, height + 2.0));
            plan.lines.extend([(arrow.from, between), (between, arrow.to)]);
        }
    }
    let layout = plan.lay_out()?;

    let (width, height) = (layout.width + 2.0 * MARGIN, layout.height + 2.0 * MARGIN);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{FONT}\" font-size=\"{FONT_SIZE}\">\n<title>{}</title>\n\
         <defs>{}{}</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">\n",
        xml(&drawing.title),
        head("head", INK),
        head("offending", OFFENDING),
    );
    let mut line = 0;
    let mut between = drawing.boxes.len();
    for (arrow, label) in &arrows {
        picture.push_str("<g>");
        if label.is_empty() {
            path(&mut picture, &layout, line, arrow, true);
            line += 1;
        } else {
            path(&mut picture, &layout, line, arrow, false);
            path(&mut picture, &layout, line + 1, arrow, true);
            line += 2;
            tooltip(&mut picture, &arrow.whole.join("\n"));
            text(&mut picture, layout.middles[between], label, if arrow.offending { OFFENDING } else { INK });
            between += 1;
        }
        picture.push_str("</g>\n");
    }
    for (n, (place, lines)) in drawing.boxes.iter().zip(&texts).enumerate() {
        picture.push_str("<g>");
        tooltip(&mut picture, &place.whole);
        let offends = drawing.arrows.iter().any(|arrow| arrow.offending && arrow.from == n && arrow.to == n);
        shape(&mut picture, place.kind, layout.middles[n], plan.sizes[n], offends);
        text(&mut picture, layout.middles[n], lines, "#1f2328");
        picture.push_str("</g>\n");
    }
    picture.push_str("</g>\n</svg>\n");
    Ok(picture)
}

const INK: &str = "#57606a";
const OFFENDING: &str = "#cf222e";

/// What is in a box: its text, and what leads from it to itself.
fn lines(drawing: &Drawing, n: usize, place: &PlaceBox) -> Vec<String> {
    let mut lines = wrapped(&place.text, BOX_WRAP);
    for arrow in drawing.arrows.iter().filter(|arrow| arrow.from == n && arrow.to == n) {
        let again = if arrow.labels.is_empty() { vec!["always".to_owned()] } else { arrow.labels.clone() };
        lines.extend(again.iter().flat_map(|label| wrapped(&format!("↻ {label}"), BOX_WRAP)));
    }
    lines
}

/// Lines of a text of at most `wrap` characters, broken between words if possible.
fn wrapped(text: &str, wrap: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(wrap) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.len() <= wrap => {
                    line.push(' ');
                    line.extend(piece);
                }
                _ => lines.push(piece.iter().collect()),
            }
        }
    }
    lines
}

/// Width and height of lines, in pixels, on the generous side: fonts differ.
fn size(lines: &[String]) -> (f64, f64) {
    let width = |line: &String| line.chars().map(|c| if c < '\u{1100}' { 0.58 } else { 1.05 }).sum::<f64>();
    let widest = lines.iter().map(width).fold(0.0, f64::max);
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    (widest * FONT_SIZE, f64::from(count) * LINE)
}

fn shape(picture: &mut String, kind: Kind, (x, y): (f64, f64), (width, height): (f64, f64), offends: bool) {
    let (fill, stroke) = match kind {
        Kind::AsksForPin => ("#ddf4ff", "#0969da"),
        Kind::ReadsText | Kind::Ivr => ("#f6f8fa", INK),
        Kind::HangUp => ("#ffebe9", OFFENDING),
        Kind::People => ("#dafbe1", "#1a7f37"),
        Kind::Portal => ("#fff8c5", "#9a6700"),
    };
    let stroke = if offends { OFFENDING } else { stroke };
    let paint = format!("fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{}\"", if offends { 3.0 } else { 1.3 });
    let (left, right, top, bottom) = (x - width / 2.0, x + width / 2.0, y - height / 2.0, y + height / 2.0);
    let slant = 12.0;
    let (inner_left, inner_right) = (left + slant, right - slant);
    let corners = match kind {
        Kind::AsksForPin => {
            vec![
                (inner_left, top),
                (inner_right, top),
                (right, y),
                (inner_right, bottom),
                (inner_left, bottom),
                (left, y),
            ]
        }
        Kind::ReadsText => vec![(inner_left, top), (right, top), (inner_right, bottom), (left, bottom)],
        Kind::Ivr | Kind::HangUp | Kind::People | Kind::Portal => {
            let round = if kind == Kind::Ivr { 3.0 } else { height.min(34.0) / 2.0 };
            write!(
                picture,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\" {paint}/>"
            )
            .unwrap_or_default();
            return;
        }
    };
    let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    write!(picture, "<polygon points=\"{}\" {paint}/>", corners.join(" ")).unwrap_or_default();
}

fn text(picture: &mut String, (x, y): (f64, f64), lines: &[String], colour: &str) {
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    // The base line of the first: half a letter's height below the middle of its line.
    let first = y - f64::from(count) * LINE / 2.0 + LINE / 2.0 + FONT_SIZE * 0.35;
    write!(picture, "<text text-anchor=\"middle\" fill=\"{colour}\">").unwrap_or_default();
    for (line, n) in lines.iter().zip(0_u32..) {
        let y = first + f64::from(n) * LINE;
        write!(picture, "<tspan x=\"{x:.1}\" y=\"{y:.1}\">{}</tspan>", xml(line)).unwrap_or_default();
    }
    picture.push_str("</text>");
}

fn path(picture: &mut String, layout: &Layout, line: usize, arrow: &Arrow, pointed: bool) {
    let mut curve = String::new();
    for (n, ((ax, ay), (bx, by))) in layout.curves[line].iter().enumerate() {
        match n {
            0 => write!(curve, "M{ax:.1} {ay:.1}C{bx:.1} {by:.1}"),
            1 => write!(curve, " {ax:.1} {ay:.1} {bx:.1} {by:.1}"),
            _ => write!(curve, "S{ax:.1} {ay:.1} {bx:.1} {by:.1}"),
        }
        .unwrap_or_default();
    }
    let (colour, width, head) = if arrow.offending { (OFFENDING, 2.5, "offending") } else { (INK, 1.3, "head") };
    let dashes = if arrow.unless_answered { " stroke-dasharray=\"5 4\"" } else { "" };
    let head = if pointed { format!(" marker-end=\"url(#{head})\"") } else { String::new() };
    write!(picture, "<path d=\"{curve}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}{head}/>")
        .unwrap_or_default();
}

fn head(id: &str, colour: &str) -> String {
    format!(
        "<marker id=\"{id}\" viewBox=\"0 0 10 8\" refX=\"9.5\" refY=\"4\" markerWidth=\"10\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L10 4L0 8z\" fill=\"{colour}\"/></marker>"
    )
}

fn tooltip(picture: &mut String, whole: &str) {
    write!(picture, "<title>{}</title>", xml(whole)).unwrap_or_default();
}

/// As text of an XML document, which two characters cannot be in at all.
fn xml(text: &str) -> String {
    escape(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")).into_owned()
}
