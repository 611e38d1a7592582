use super::*;
use ringbolt_dev::callers_csv::{
    header,
    records::{Records, START},
};
use std::path::Path;

fn rules() -> Rules {
    Rules { realm: Realm::parse("demo").unwrap(), form: IdentifierForm::Text, allow_weak: false, digits: None }
}

fn parse(header_line: &str, line: u64, row: &[u8], rules: &Rules) -> Result<Option<Row>, Refused> {
    let mut records = Records::new(header_line.as_bytes(), START, b',');
    let columns = header(&mut records, Path::new("callers.csv"), None).unwrap();
    rules.parse(&columns, Next::Record { line, bytes: row }).unwrap()
}

fn refusal(row: &[u8]) -> (Option<String>, String) {
    let refused = parse("user,pin,name\n", 7, row, &rules()).unwrap_err();
    assert_eq!(refused.line, 7);
    (refused.user, refused.reason.to_string())
}

#[test]
fn a_row_becomes_a_caller_a_pin_and_attributes() {
    let row = parse("name,pin,user,city\n", 3, b" Ada ,837461, ADA-1 ,\"New\nYork\"\r\n", &rules()).unwrap().unwrap();
    assert_eq!((row.line, row.caller.user.as_str(), row.pin.digits()), (3, "ada-1", "837461"));
    let attributes = serde_json::to_string(&row.attributes.unwrap()).unwrap();
    assert_eq!(attributes, r#"{"city":"New\nYork","name":"Ada"}"#);
    let bare = parse("user,pin\n", 2, b"ada,837461", &rules()).unwrap().unwrap();
    assert_eq!(bare.attributes, None, "a file without attribute columns does not change attributes");
    assert!(parse("user,pin\n", 2, b" , \n", &rules()).unwrap().is_none(), "empty rows are ignored");
}

#[test]
fn the_reason_for_a_refused_row_does_not_contain_its_pin() {
    let ada = || Some("ada".to_owned());
    let long_name = [&b"ada,837461,"[..], &vec![b'x'; ITEM_BYTES]].concat();
    for (row, user, reason) in [
        (&b"ada,837461\n"[..], None, "the row has 2 fields, but the first row has 3"),
        (b"ada,837461,x,y\n", None, "the row has 4 fields, but the first row has 3"),
        (b"\"a\nb\",837461\n", None, "the row has 2 fields, but the first row has 3 (it spans to line 8: check for"),
        (b",837461,x\n", None, "the user id is empty"),
        (b"\xff,837461,x\n", None, "the row is not UTF-8"),
        (b"ada,,x\n", ada(), "the PIN is empty"),
        (b"ada,83746x,x\n", ada(), "a PIN has digits only"),
        (b"ada,837,x\n", ada(), "a PIN has 4 to 12 digits"),
        (b"ada,837461,\xe4\n", ada(), "the row is not UTF-8"),
        (b"ada,111111,x\n", ada(), "the PIN is easy to guess: it must not be a single repeated digit"),
        (b"ada,837461,x\rbob,1,2\n", None, "the row has a carriage return without a line feed"),
        (&long_name, ada(), "a DynamoDB item holds 400 KB"),
    ] {
        let (shown, text) = refusal(row);
        assert_eq!(shown, user, "{text}");
        assert!(text.starts_with(reason), "{text}");
        assert!(!["837461", "83746x", "111111"].iter().any(|pin| text.contains(pin)), "{text}");
    }
    let weak = Rules { allow_weak: true, ..rules() };
    assert!(parse("user,pin\n", 2, b"ada,111111", &weak).unwrap().is_some());
}

#[test]
fn debug_output_of_rows_does_not_contain_pins() {
    let row = parse("user,pin\n", 2, b"ada,837461", &rules());
    let shown = format!("{row:?}");
    assert!(!shown.contains("837461") && !shown.contains("ada"), "{shown}");
}
