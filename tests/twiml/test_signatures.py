"""The providers' own libraries judge what Ringbolt signs, accepts and refuses.

Core's tests write `vectors.json`. They also verify `signed_by_python.json`, which the libraries sign here:
`RINGBOLT_UPDATE_DOCS=1 cargo xtask test --only twiml` updates it.
"""

import json
import os

import pytest
from libraries import HERE, accepts
from signing import signed_requests

FILE = json.loads((HERE / "vectors.json").read_text())

# What SignalWire's library for Python cannot judge: the header with SHA-256, which no package has, and values in their
# order, which the library for Node.js judges.
UNJUDGED = (
    "signalwire SHA-256",
    "signalwire with a wrong SHA-256",
    "signalwire raw: a SHA-1 signature in the SHA-256 header",
    "signalwire with values in their order",
)

# What Ringbolt refuses and the libraries accept, with the reason.
STRICTER = {
    "twilio: the headers of two providers": "only one provider sends a request",
    "twilio: an untrue header of SignalWire": "Twilio doesn't send that header",
    "telnyx: the headers of two providers": "only one provider sends a request",
    "telnyx: two signature headers": "the library's base64 ends at the first padding",
    "telnyx: a body moved to the query, as by GET": "the signature covers nothing",
}

JUDGED = [vector for vector in FILE["vectors"] if not vector["name"].startswith(UNJUDGED)]


@pytest.mark.parametrize("vector", JUDGED, ids=lambda vector: vector["name"])
def test_the_library_agrees(vector):
    assert accepts(FILE["keys"], vector) == (vector["valid"] or vector["name"] in STRICTER)


def test_every_exception_is_a_vector():
    assert set(STRICTER) <= {vector["name"] for vector in JUDGED}


def test_the_signed_requests_are_those_of_the_library():
    file = HERE / "signed_by_python.json"
    expected = json.dumps(signed_requests(FILE), indent=2) + "\n"
    if "RINGBOLT_UPDATE_DOCS" in os.environ:
        file.write_text(expected)
    assert file.read_text() == expected
