"""The providers' own libraries for Python: Twilio's, Telnyx's, and SignalWire's."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl

# SignalWire's package asks for a Twilio library of 2021, so it is installed apart, without what it asks for.
sys.path.append(os.environ["RINGBOLT_TEST_TWIML_SIGNALWIRE"])

from signalwire.request_validator import RequestValidator as SignalWireValidator  # noqa: E402
from telnyx.lib import webhook_verification as telnyx  # noqa: E402
from twilio.request_validator import RequestValidator as TwilioValidator  # noqa: E402
from twilio.request_validator import get_signature_algorithm  # noqa: E402

HERE = Path(__file__).parent

TWILIO = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
SIGNALWIRE = "x-signalwire-signature"


class Form(dict):
    """A form as web frameworks give it, with repeated names."""

    def __init__(self, body):
        super().__init__()
        for name, value in parse_qsl(body, keep_blank_values=True):
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


def accepts(keys, vector):
    """Whether the library of the provider in the vector's name accepts it with one of the provider's keys."""
    judge = {"twilio": by_twilio, "signalwire": by_signalwire, "telnyx": by_telnyx}[provider_of(vector)]
    return any(judge(key, vector) for key in keys[provider_of(vector)])


def provider_of(vector):
    return vector["name"].replace(":", " ").split()[0]


def by_twilio(key, vector):
    headers = vector["headers"]
    is_form = headers["content-type"].startswith("application/x-www-form-urlencoded")
    sent = Form(vector["body"]) if is_form else vector["body"]
    algorithm = get_signature_algorithm(headers.get(SETTINGS))
    try:
        return TwilioValidator(key).validate(vector["url"], sent, headers.get(TWILIO, ""), algorithm)
    except TypeError:
        # What the library does with a body that is neither a form nor signed.
        return False


def by_signalwire(key, vector):
    signature = vector["headers"].get(SIGNALWIRE) or vector["headers"].get(TWILIO, "")
    validator = SignalWireValidator(key)
    return any(validator.validate(vector["url"], sent, signature) for sent in (vector["body"], Form(vector["body"])))


class Clock:
    """Tells the library the vector's time."""

    def __init__(self, secs):
        self.secs = secs

    def time(self):
        return self.secs


def by_telnyx(key, vector):
    telnyx.time = Clock(vector["now_secs"])
    try:
        telnyx.verify_webhook_signature(vector["body"], vector["headers"], key)
    except telnyx.WebhookVerificationError:
        return False
    return True
