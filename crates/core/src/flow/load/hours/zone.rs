//! The time zone of a calendar.

use super::super::super::mistake::{Mistake, did_you_mean};
use super::super::reader::Reader;
use crate::flow::yaml::Node;
use jiff::tz::{self, TimeZone};

/// What people call a zone, and the city that is meant.
const MEANT: [(&[&str], &str); 10] = [
    (&["est", "edt", "et", "eastern", "eastern time", "eastern standard time"], "America/New_York"),
    (&["cst", "cdt", "ct", "central", "central time", "central standard time"], "America/Chicago"),
    (&["mst", "mdt", "mt", "mountain", "mountain time", "mountain standard time"], "America/Denver"),
    (&["pst", "pdt", "pt", "pacific", "pacific time", "pacific standard time"], "America/Los_Angeles"),
    (&["akst", "akdt", "alaska"], "America/Anchorage"),
    (&["gmt", "bst", "gmt0", "greenwich", "etc/gmt", "etc/greenwich", "gmt standard time", "uk"], "Europe/London"),
    (&["ist", "india standard time"], "Asia/Kolkata"),
    (&["aest", "aedt"], "Australia/Sydney"),
    (&["nzst", "nzdt"], "Pacific/Auckland"),
    (&["hst", "hawaii"], "Pacific/Honolulu"),
];

pub(super) fn zone(r: &mut Reader, node: &Node) -> Option<TimeZone> {
    let name = r.text(node, "a time zone")?;
    let lower = name.trim().to_lowercase();
    let city = MEANT.iter().find(|(names, _)| names.contains(&lower.as_str())).map(|(_, city)| *city);
    // `local` and the like would be the machine's; `Etc/Unknown` is UTC in disguise.
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    if zone.is_none() {
        let near = city.map(|city| format!("did you mean `{city}`?")).or_else(|| {
            let known: Vec<_> = tz::db().available().collect();
            did_you_mean(name, known.iter().map(|known| known.as_str()))
        });
        let message = format!("there is no time zone `{name}` (IANA), such as `America/New_York`");
        r.mistakes.push(Mistake::new(node.at, message).help(near));
    } else if is_fixed(&lower) {
        let message = format!("the time zone `{name}` has no daylight saving time");
        let meant = city.unwrap_or("America/New_York");
        let warning = Mistake::warning(node.at, message);
        r.findings.push(warning.help(format!("name a city whose clocks are meant, such as `{meant}`")));
    }
    zone
}

/// Whether the name is that of a fixed distance from Greenwich where people mostly mean the clocks of a place. UTC means
/// what it says, and so does Hawaii, which has no daylight saving time.
fn is_fixed(lower: &str) -> bool {
    let gmt = lower.strip_prefix("etc/").unwrap_or(lower);
    matches!(lower, "est" | "mst") || gmt.starts_with("gmt") || gmt == "greenwich"
}
