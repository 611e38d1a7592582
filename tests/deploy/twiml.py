"""Plays a provider that speaks TwiML: a call follows the documents that it gets, and signs its requests as Twilio does."""

import base64
import hashlib
import hmac
import urllib.parse
import xml.etree.ElementTree

#: The number that callers of the demo flow dial.
CALLED = "+18005550100"


def signature(auth_token, url, form):
    """Twilio, "Security": HMAC-SHA1 of the URL with all names and values of the form, sorted by name."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class Call:
    """One call. `auth_token` may be wrong, or None to sign nothing."""

    def __init__(self, webhooks, auth_token, call_id, flow="demo"):
        self.webhooks = webhooks
        self.auth_token = auth_token
        self.call_id = call_id
        self.flow = flow
        self.answer = None

    def post(self, url, **fields):
        """Sends a request to a URL of a document, with more fields than every request has."""
        form = {"AccountSid": "AC0", "CallSid": self.call_id, "CallStatus": "in-progress", "From": "+12125550123", "To": CALLED}
        form |= fields
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.auth_token is not None:
            headers["X-Twilio-Signature"] = signature(self.auth_token, url, form)
        self.answer = self.webhooks.exchange("POST", url, urllib.parse.urlencode(form), headers)
        return self.answer

    def url(self, webhook="voice"):
        """The URL in the provider's portal: the output's, under the name at which the emulator's API takes requests."""
        path = urllib.parse.urlsplit(self.webhooks.urls["VoiceWebhookUrl"]).path.replace("{flow}", self.flow)
        return f"https://{self.webhooks.domain()}{path.removesuffix('voice')}{webhook}"

    def begin(self):
        return self.post(self.url())

    def key(self, digits):
        """Keys an entry at the question that was asked."""
        asked = self.document().find("Gather")
        assert asked is not None, f"nothing can be keyed: {self.answer}"
        return self.post(asked.get("action"), Digits=digits, FinishedOnKey="#")

    def record(self):
        """Says something at a recorded question. Returns the URL for its transcription."""
        asked = self.document().find("Record")
        assert asked is not None, f"nothing is recorded: {self.answer}"
        self.post(asked.get("action"), RecordingUrl="https://recordings.example.com/RE0", RecordingDuration="7")
        return asked.get("transcribeCallback")

    def follow(self):
        """Follows documents that ask nothing and only lead on."""
        while (redirect := self.document().find("Redirect")) is not None and self.document().find("Gather") is None:
            self.post(redirect.text)
        return self.answer

    def document(self):
        assert (self.answer.status, self.answer.content_type) == (200, "text/xml; charset=utf-8"), self.answer
        document = xml.etree.ElementTree.fromstring(self.answer.body)
        assert document.tag == "Response", self.answer
        return document

    def heard(self):
        """What the caller heard last."""
        return " ".join(said.text for said in self.document().iter("Say"))

    def rung(self):
        """The numbers that the last document dials."""
        return [number.text for number in self.document().iter("Number")]
