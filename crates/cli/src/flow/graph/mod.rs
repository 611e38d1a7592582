//! `ringbolt flow graph`

mod drawing;
pub(crate) mod json;
mod mermaid;

use super::{
    findings::{Examined, examine},
    render::complain,
};
use crate::{
    exit::{Reported, Usage},
    output::{Output, harmless},
    stage::StageArg,
};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use drawing::Drawing;
use ringbolt_core::flow::{Unproven, graph::Graph};
use ringbolt_drawing::{Sheet, Style, Subject};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Draw a call flow: where each IVR leads, and how calls end
///
/// In a picture, each IVR is a card with a row for each rule, and a line leads from each row to where the call goes. Ends
/// are round. A dashed line is taken if nobody answers. IVRs that no call comes to are grey. In Mermaid, IVRs that ask for
/// a PIN are hexagons, and IVRs that read a text are slanted.
///
/// If `flow check` finds calls that never end, callers without tries who are asked for a PIN again, or unverified callers
/// who come where `verified` leads, both drawings show that path in red. With --json, it prints the places and the steps
/// between them.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 drawn, 1 not drawn or the flow has errors, 2 wrong usage\n\n\
                        Examples: ringbolt flow graph flows/bank.yaml --out bank.svg\n          \
                        ringbolt flow graph flows/bank.yaml --out bank.md")]
pub(super) struct DrawGraph {
    /// Flow file, or - for standard input
    file: PathBuf,
    /// Format [default: by the ending of --out, or mermaid without --out]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// File to write; *.md becomes Markdown with the drawing, as GitHub shows it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    stage: StageArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text that GitHub and many editors show as a drawing
    Mermaid,
    /// A picture
    Svg,
}

impl DrawGraph {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        if out.json() && (self.format.is_some() || self.out.is_some()) {
            return Err(Usage::new(
                "--json prints to standard output in a format of its own: leave out --format and --out",
            ));
        }
        let format = match (self.format, &self.out) {
            (Some(format), _) => format,
            (None, None) => Format::Mermaid,
            (None, Some(path)) => format_of(path)?,
        };
        let mut files = examine(&[self.file], false, self.stage.name().as_deref());
        let (Some(file), true) = (files.pop(), files.is_empty()) else {
            return Err(Usage::new("this folder has several flows, and one is drawn at a time: give one file"));
        };
        let of_flow;
        let subject = match &file {
            Examined { flow: Some(flow), .. } => {
                of_flow = Graph::of(flow);
                Subject::of(flow, &of_flow)
            }
            Examined { unproven: Some(Unproven { flow, graph, offending }), .. } => {
                complain(&file, out);
                Subject { offending, ..Subject::of(flow, graph) }
            }
            _ => {
                complain(&file, out);
                return Err(Reported::new("the flow has errors and cannot be drawn"));
            }
        };
        let Subject { name, graph, offending, .. } = subject;
        if out.json() {
            out.document(&json::document(name, graph, offending))?;
        } else {
            let text = match format {
                Format::Mermaid => mermaid(&Drawing::new(name, graph, offending), self.out.as_deref(), out),
                Format::Svg => Sheet::new(&subject).svg(Style::File),
            };
            match &self.out {
                None => out.say(text.trim_end()),
                Some(path) => {
                    let shown = harmless(&path.display().to_string());
                    fs::write(path, text).with_context(|| format!("{shown} cannot be written"))?;
                    out.note(&format!("The flow `{name}` is drawn in {shown}."));
                }
            }
        }
        if file.has_errors() { Err(Reported::new("the flow has errors")) } else { Ok(()) }
    }
}

fn mermaid(drawing: &Drawing, path: Option<&Path>, out: Output) -> String {
    let text = mermaid::mermaid(drawing);
    if drawing.arrows.len() > mermaid::MAX_ARROWS || text.len() > mermaid::MAX_TEXT {
        out.note(&format!(
            "This drawing has {} arrows and {} characters. Mermaid, as GitHub sets it up, shows at most {} and {}; use \
             --format svg for a picture.",
            drawing.arrows.len(),
            text.len(),
            mermaid::MAX_ARROWS,
            mermaid::MAX_TEXT,
        ));
    }
    match path.and_then(extension).as_deref() {
        Some("md" | "markdown") => format!("```mermaid\n{text}```\n"),
        _ => text,
    }
}

fn format_of(path: &Path) -> anyhow::Result<Format> {
    match extension(path).as_deref() {
        Some("svg") => Ok(Format::Svg),
        Some("md" | "markdown" | "mmd" | "mermaid") => Ok(Format::Mermaid),
        _ => Err(Usage::new(format!(
            "the ending of {} does not name a format: use .svg, .md or .mmd, or give --format",
            harmless(&path.display().to_string())
        ))),
    }
}

fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase)
}
