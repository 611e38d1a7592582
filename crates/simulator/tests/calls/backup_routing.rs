//! Answers with which DialogTech gives up: its Backup Routing takes the call.

use crate::driver::at;
use ringbolt_simulator::{Input, Reply};

#[test]
fn every_kind_of_wrong_answer_ends_in_backup_routing_and_says_why() {
    for (body, why) in [
        ("", "isn't XML"),
        ("Your balance is 12.", "isn't XML"),
        ("<action><app>hangup</app>", "isn't XML"),
        ("<action><app>hangup</app></action><action/>", "isn't XML"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><action><app>hangup</app></action>", "isn't XML"),
        ("<Action><app>hangup</app></Action>", "no `<action>`"),
        ("<html><action><app>hangup</app></action></html>", "no `<action>`"),
        ("<action></action>", "`<app>` is missing"),
        ("<action><app> </app></action>", "`<app>` is missing"),
        ("<action><app>Hangup</app></action>", "`Hangup` isn't an app"),
        ("<action><app>ivr</app><parameters><id/></parameters></action>", "`<id>` is missing"),
        ("<action><app>ivr</app><id>10002</id></action>", "`<id>` isn't a parameter"),
        ("<action><app>ivr</app><parameters><id>score</id></parameters></action>", "`<id>` can't be `score`"),
        ("<action><app>ivr</app><parameters><id>99999</id></parameters></action>", "has the id 99999"),
        ("<action><app>ivr</app><parameters><id>010002</id></parameters></action>", "has the id 010002"),
        (
            "<action><app>ivr</app><parameters><id>10002</id><id>10003</id></parameters></action>",
            "`<id>` is there twice",
        ),
        ("<action><app>ivr</app><parameter><id>10002</id></parameter></action>", "`<parameter>` isn't a parameter"),
        ("<action><app>transfer</app></action>", "`<destination>` is missing"),
        ("<action><app>vr</app><parameters/></action>", "`<id>` is missing"),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><timeout>61</timeout></parameters></action>",
            "`<timeout>` can't be `61`",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><auto_accept>4</auto_accept></parameters></action>",
            "`<auto_accept>` can't be `4`",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><record>yes</record></parameters></action>",
            "`<record>` can't be `yes`",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><dtmf_only>2</dtmf_only></parameters></action>",
            "`<dtmf_only>` can't be `2`",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><simultaneous>0</simultaneous></parameters></action>",
            "`<simultaneous>` can't be `0`",
        ),
        (
            "<action><app>findme</app><parameters><phone_list>1</phone_list><nextaction>8</nextaction></parameters></action>",
            "`<nextaction>` can't be `8`",
        ),
    ] {
        let mut call = at("silent");
        call.reply(body);
        let (sentence, word) = call.ended();
        assert!(sentence.contains(why) && sentence.contains("Backup Routing"), "{body}: {sentence}");
        assert_eq!(word, "backup");
        assert_eq!(call.call.way().len(), 1, "{body}");
    }
}

#[test]
fn a_reply_without_a_success_status_is_not_read() {
    for status in [301, 400, 401, 404, 500, 503] {
        for ivr in ["silent", "balance"] {
            let mut call = at(ivr);
            if ivr == "balance" {
                call.keys("1");
            }
            call.input(Input::Reply(Reply { status, ..Reply::xml("<action><app>hangup</app></action>") })).unwrap();
            let (sentence, word) = call.ended();
            assert!(sentence.contains(&format!("status {status}. Its Backup Routing")), "{sentence}");
            assert_eq!(word, "backup");
        }
    }
}

#[test]
fn every_spelling_that_xml_allows_is_understood() {
    for body in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<action>\n  <app> hangup </app>\n  <parameters/>\n</action>\n",
        "<action><!-- the end --><app>hang<!-- -->up</app></action>",
        "<action><app><![CDATA[hangup]]></app></action>",
    ] {
        let mut call = at("silent");
        call.reply(body);
        assert_eq!(call.ended().1, "hangup", "{body}");
    }
}

#[test]
fn a_deeply_nested_or_huge_answer_is_refused_like_any_other() {
    for body in
        ["<a>".repeat(100_000), format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)), "x".repeat(1 << 20)]
    {
        let mut call = at("silent");
        call.reply(&body);
        assert_eq!(call.ended().1, "backup");
    }
}
