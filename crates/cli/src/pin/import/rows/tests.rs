use super::*;

fn rules() -> Rules {
    Rules { realm: Realm::parse("demo").unwrap(), form: IdentifierForm::Text, allow_weak: false }
}

fn columns(header: &str) -> Columns {
    Columns::read(header.as_bytes(), b',').unwrap()
}

fn refusal(row: &[u8]) -> (Option<String>, String) {
    let refused = columns("user,pin,name\n").row(7, row, &rules()).unwrap_err();
    assert_eq!(refused.line, 7);
    (refused.user, refused.reason.to_string())
}

#[test]
fn columns_may_be_in_any_order_and_user_and_pin_in_any_case() {
    for header in ["\u{feff}\"PIN\",name, User ,vip\r\n", "pin,name,user,vip", "Pin,name,USER,vip,,"] {
        let columns = columns(header);
        assert_eq!((columns.user, columns.pin), (2, 0), "{header}");
        let names: Vec<&str> = columns.attributes.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["name", "vip"], "{header}");
    }
}

#[test]
fn an_unusable_header_is_refused_with_a_sentence() {
    for (header, sentence) in [
        (&b"user;pin\n"[..], "this one has semicolons (--delimiter ';')"),
        (b"user\tpin\n", "this one has tabs (--delimiter tab)"),
        (b"pin,name\n", "it has no column `user`"),
        (b"user,name\n", "it has no column `pin`"),
        (b"user,pin,PIN\n", "it has the column `pin` twice"),
        (b"user,pin,a,a\n", "it has the column `a` twice"),
        (b"user,pin,n\xe4me\n", "the name of column 3 is not UTF-8"),
        (b"\xff\xfeu\0s\0", "the file is UTF-16"),
        (b"\xfe\xff\0u\0s", "the file is UTF-16"),
        (b"u\0s\0e\0r\0,\0p\0i\0n\0\n", "the file is UTF-16"),
        (b"user,pin\rada,4711\r", "bare carriage returns"),
    ] {
        let error = Columns::read(header, b',').unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_row_becomes_a_caller_a_pin_and_attributes() {
    let row =
        columns("name,pin,user,city\n").row(3, b" Ada ,837461, ADA-1 ,\"New\nYork\"\r\n", &rules()).unwrap().unwrap();
    assert_eq!((row.line, row.caller.user.as_str(), row.pin.digits()), (3, "ada-1", "837461"));
    let attributes = serde_json::to_string(&row.attributes.unwrap()).unwrap();
    assert_eq!(attributes, r#"{"city":"New\nYork","name":"Ada"}"#);
    let bare = columns("user,pin\n").row(2, b"ada,837461", &rules()).unwrap().unwrap();
    assert_eq!(bare.attributes, None, "a file without attribute columns does not change attributes");
    assert!(columns("user,pin\n").row(2, b" , \n", &rules()).unwrap().is_none(), "empty rows are ignored");
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
    assert!(columns("user,pin\n").row(2, b"ada,111111", &weak).unwrap().is_some());
}

#[test]
fn debug_output_of_rows_does_not_contain_pins() {
    let row = columns("user,pin\n").row(2, b"ada,837461", &rules());
    let shown = format!("{row:?}");
    assert!(!shown.contains("837461") && !shown.contains("ada"), "{shown}");
}
