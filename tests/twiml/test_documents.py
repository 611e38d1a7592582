"""Every document in `documents/` is TwiML by the verbs and attributes that Twilio's library knows.

No library reads TwiML, so `grammar.py` takes them from the classes that write it. A document for Telnyx has a name that
begins with `telnyx`.
"""

import pytest
from grammar import GRAMMAR, mistakes
from libraries import HERE

DOCUMENTS = sorted((HERE / "documents").glob("*.xml"))

GATHER = '<Gather input="dtmf" method="POST" action="/a" timeout="5" finishOnKey="#"><Say>PIN?</Say></Gather>'

GOOD = [
    "<Response/>",
    f'<Response>{GATHER}<Redirect method="POST">/a</Redirect></Response>',
    '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n  <Say language="en-GB">Hello</Say>\n</Response>',
    '<Response><Dial action="/a" timeout="30"><Number url="/w">+18005550100</Number></Dial></Response>',
]

BAD = {
    "<Response><Say>Hello</Response>": "no XML: mismatched tag: line 1, column 22",
    "<response/>": "the root is <response>",
    '<Response version="1"/>': "<Response> has version",
    "<Response>Hello</Response>": "<Response> has a text",
    "<Response><say>Hello</say></Response>": "<say> is in <Response>",
    "<Response><Gather><Hangup/></Gather></Response>": "<Hangup> is in <Gather>",
    '<Response><Gather numdigits="4"/></Response>': "<Gather> has numdigits",
    "<Response><Gather>PIN?</Gather></Response>": "<Gather> has a text",
    "<Response><Gather><Say>PIN?</Say>PIN?</Gather></Response>": "<Gather> has a text",
    "<Response><Dial><Say>Hello</Say></Dial></Response>": "<Say> is in <Dial>",
    '<Response><Record transcription="true"/></Response>': "<Record> has transcription",
}


@pytest.mark.parametrize("file", [None, *DOCUMENTS], ids=lambda file: file.name if file else "the folder")
def test_a_document_is_twiml(file):
    if file is None:
        assert (HERE / "documents").is_dir()
    else:
        assert mistakes(file.read_bytes(), file.name.split("-")[0]) == []


@pytest.mark.parametrize("document", GOOD)
def test_a_good_document_has_no_mistakes(document):
    assert mistakes(document) == []


@pytest.mark.parametrize("document", BAD)
def test_a_mistake_is_found(document):
    assert mistakes(document) == [BAD[document]]


def test_telnyx_has_attributes_of_its_own():
    document = '<Response><Record transcription="true" transcriptionCallback="/t"/></Response>'
    assert mistakes(document, "telnyx") == []


def test_the_grammar_is_complete():
    used = {"Dial", "Gather", "Hangup", "Record", "Redirect", "Say"}
    assert used <= set(GRAMMAR["Response"]) and "Number" in GRAMMAR["Dial"]
