use super::*;

#[test]
fn the_specifications_examples_are_understood() {
    let ivr = read(
        "<action>\n<app>ivr</app>\n<parameters>\n<id>12345</id>\n<user_parameters>\n<param1>alpha</param1>\n<param2>bravo</param2>\n\
         </user_parameters>\n<p_t>user_id|90786||step|verify_user</p_t>\n</parameters>\n</action>",
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        ivr,
        Ok(Instruction::Ivr {
            id: PortalId::parse("12345").unwrap(),
            question_id: None,
            user_parameters: vec![pair("param1", "alpha"), pair("param2", "bravo")],
            pass_through: "user_id|90786||step|verify_user".to_owned(),
        })
    );
    let Ok(Instruction::FindMe(findme)) = read(
        "<action><app>findme</app><parameters><phone_list>2223334444|5556667777</phone_list><simultaneous>2</simultaneous>\
         <screen_method>2</screen_method><whisper_audio>customwhisper.wav</whisper_audio><record>1</record></parameters></action>",
    ) else {
        panic!()
    };
    assert_eq!(findme.numbers, ["2223334444", "5556667777"]);
    assert_eq!((findme.simultaneous, findme.record, findme.screen_method, findme.timeout_secs), (2, true, 2, 30));
    assert_eq!(findme.whisper.as_deref(), Some("customwhisper.wav"));
}

#[test]
fn what_the_provider_could_not_use_is_refused_with_the_reason() {
    for (body, reason) in [
        ("", "isn't XML"),
        ("<actions/>", "no `<action>`"),
        ("<action/>", "`<app>` is missing"),
        ("<action><app>hangup</app><app>ivr</app></action>", "`<app>` is there twice"),
        ("<action><app>hangup</app><apps/></action>", "`<apps>` isn't a parameter"),
        ("<action><app>hangup</app><parameters><id>1</id></parameters></action>", "`<id>` isn't a parameter"),
        ("<action><app>vr</app><parameters><id>reception</id></parameters></action>", "`<id>` can't be `reception`"),
        ("<action><app>voicemail</app><parameters><id/></parameters></action>", "`<id>` is missing"),
        (
            "<action><app>ivr</app><parameters><id>1</id><question_id>two</question_id></parameters></action>",
            "`<question_id>` can't be `two`",
        ),
        (
            "<action><app>ivr</app><parameters><id>1</id><user_parameters><a>1</a><a>2</a></user_parameters></parameters></action>",
            "`<a>` is there twice",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>|</phone_list></parameters></action>",
            "`<phone_list>` is missing",
        ),
        ("<action><app>findme</app><parameters><id>sales</id></parameters></action>", "`<id>` can't be `sales`"),
        (
            "<action><app>findme</app><parameters><id>1</id><nextaction>6</nextaction><nextactionitem>ivr</nextactionitem></parameters></action>",
            "`<nextactionitem>` can't be `ivr`",
        ),
        ("<action><app>dial</app></action>", "`dial` isn't an app"),
        ("<action><app>ivr</app></action>", "`<id>` is missing"),
        ("<action><app>ivr</app><parameters><id>1</id><pt>a|b</pt></parameters></action>", "`<pt>` isn't a parameter"),
        ("<action><app>transfer</app><parameters/></action>", "`<destination>` is missing"),
        ("<action><app>findme</app><parameters><record>1</record></parameters></action>", "`<phone_list>` is missing"),
        (
            "<action><app>findme</app><parameters><id>1</id><timeout>5</timeout></parameters></action>",
            "`<timeout>` can't be `5`",
        ),
        (
            "<action><app>findme</app><parameters><id>1</id><nextaction>2</nextaction></parameters></action>",
            "`<nextactionitem>` is missing",
        ),
    ] {
        let error = read(body).unwrap_err().to_string();
        assert!(error.contains(reason), "{body}: {error}");
    }
}

#[test]
fn the_old_name_of_the_app_is_understood() {
    assert!(matches!(
        read("<action><app>survo</app><parameters><id>7</id></parameters></action>"),
        Ok(Instruction::Ivr { .. })
    ));
    assert_eq!(read("<action><app>hangup</app></action>"), Ok(Instruction::Hangup));
}

#[test]
fn pass_through_is_kept_as_it_is_and_a_comment_cuts_nothing_off() {
    let body = "<action><app>ivr</app><parameters><id>1<!-- x -->2</id><p_t> a|1 <!-- x -->|| b|2 </p_t></parameters></action>";
    let Ok(Instruction::Ivr { id, pass_through, .. }) = read(body) else { panic!() };
    assert_eq!((id.as_str(), pass_through.as_str()), ("12", " a|1 || b|2 "));
}

#[test]
fn a_whisper_belongs_to_its_screening_method() {
    for (method, whisper) in [("0", None), ("1", Some("Call from Ada")), ("2", Some("ada.wav"))] {
        let body = format!(
            "<action><app>findme</app><parameters><id>1</id><screen_method>{method}</screen_method>\
             <whisper_phrase>Call from Ada</whisper_phrase><whisper_audio>ada.wav</whisper_audio></parameters></action>"
        );
        let Ok(Instruction::FindMe(findme)) = read(&body) else { panic!() };
        assert_eq!(findme.whisper.as_deref(), whisper);
    }
}
