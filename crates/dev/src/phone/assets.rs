//! The page's files, embedded in the binary.

/// A file with its media type and content.
type Asset = (&'static str, &'static str);

macro_rules! asset {
    ($name:literal) => {
        ($name, include_str!(concat!("assets/", $name)))
    };
}

const ASSETS: &[Asset] = &[
    asset!("api.js"),
    asset!("caller.js"),
    asset!("calls.js"),
    asset!("choices.js"),
    asset!("clock.js"),
    asset!("details.css"),
    asset!("details.js"),
    asset!("dom.js"),
    asset!("drawing.css"),
    asset!("drawing.js"),
    asset!("faults.js"),
    asset!("file.js"),
    asset!("icon.svg"),
    asset!("index.html"),
    asset!("keypad.js"),
    asset!("layout.css"),
    asset!("main.js"),
    asset!("notices.js"),
    asset!("page.css"),
    asset!("panel.js"),
    asset!("patience.js"),
    asset!("phone.css"),
    asset!("popups.js"),
    asset!("reason.js"),
    asset!("remembered.js"),
    asset!("reply.js"),
    asset!("screen.js"),
    asset!("state.js"),
    asset!("timeline.css"),
    asset!("timeline.js"),
    asset!("tones.js"),
    asset!("top.css"),
    asset!("voice.js"),
];

/// The media type and content of a file.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    let (name, text) = ASSETS.iter().find(|(known, _)| *known == name)?;
    let media_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    Some((media_type, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/phone/assets");
        let mut on_disk: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        on_disk.sort();
        assert_eq!(ASSETS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), on_disk);
    }
}
