"""Which verbs and attributes TwiML has, read from the classes that Twilio generates for its library."""

import inspect
import xml.etree.ElementTree as ET

from twilio.twiml import TwiML
from twilio.twiml.voice_response import VoiceResponse

# What Telnyx has in addition (Telnyx, "TeXML: Record").
TELNYX = {"Record": {"transcription", "transcriptionCallback"}}


def children(element):
    """The elements that may be in this one, each with all of its attributes and, if it may have any, a text."""
    verbs = [method for name, method in vars(type(element)).items() if not name.startswith("_")]
    for verb in verbs:
        parameters = inspect.signature(verb).parameters.values()
        names = [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
        child = verb(element, **{name: "x" for name in names[1:]})
        if isinstance(child, TwiML):
            yield child


def read_grammar():
    """For each element: the elements in it, as `{name: (attributes, whether it may have a text)}`."""
    grammar, todo = {}, [VoiceResponse()]
    while todo:
        element = todo.pop()
        if element.name not in grammar:
            known = list(children(element))
            grammar[element.name] = {child.name: (set(child.attrs), child.value is not None) for child in known}
            todo += known
    return grammar


GRAMMAR = read_grammar()


def mistakes(document, provider="twilio"):
    """What is wrong with a document: XML, nesting, attributes, texts."""
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    if root.tag != "Response":
        return [f"the root is <{root.tag}>"]
    found = [f"<Response> has {name}" for name in root.attrib]
    return found + list(mistakes_in(root, False, TELNYX if provider == "telnyx" else {}))


def mistakes_in(element, may_have_text, more):
    texts = [element.text, *(child.tail for child in element)]
    if not may_have_text and any(text and text.strip() for text in texts):
        yield f"<{element.tag}> has a text"
    for child in element:
        known = GRAMMAR[element.tag].get(child.tag)
        if known is None:
            yield f"<{child.tag}> is in <{element.tag}>"
            continue
        attributes, text = known
        for name in sorted(set(child.attrib) - attributes - more.get(child.tag, set())):
            yield f"<{child.tag}> has {name}"
        yield from mistakes_in(child, text, more)
