"""Plays the providers: sends HTTP requests through the deployed API, to the URLs in the stack's outputs."""

import http.client
import json
import time
import urllib.parse
import xml.etree.ElementTree

PATIENCE_SECS = 60


class Answer:
    def __init__(self, status, content_type, body):
        self.status = status
        self.content_type = content_type
        self.body = body

    def __repr__(self):
        return f"{self.status} {self.content_type} {self.body!r}"

    def action(self):
        """The app and the parameters of an action document."""
        assert (self.status, self.content_type) == (200, "text/xml; charset=utf-8"), self
        document = xml.etree.ElementTree.fromstring(self.body)
        parameters = document.find("parameters")
        return document.findtext("app"), {} if parameters is None else {p.tag: p.text or "" for p in parameters}


class Webhooks:
    """`outputs` are the stack's; `token` may be wrong, or None to send no token."""

    def __init__(self, emulator, outputs, token, flow="demo"):
        self.port = emulator.port
        self.urls = outputs
        self.token = token
        self.flow = flow

    def with_token(self, token):
        changed = Webhooks.__new__(Webhooks)
        changed.__dict__ = {**self.__dict__, "token": token}
        return changed

    def authenticate(self, user, pin, call_id):
        """Wix Answers asks whether a PIN is correct."""
        body = {"callId": call_id, "from": {"countryCode": "1", "number": "2125550123"}, "user": {"id": user}, "input": pin}
        return self.send("POST", "WixAnswersUrl", {}, json.dumps(body), "application/json")

    def next_action(self, ivr, call, answers=None, pass_through="", method="GET"):
        """DialogTech asks for the next action after an IVR has ended."""
        parameters = {
            **(answers or {}),
            "ivr_number_called": "8005550100",
            "ivr_caller_id": "2125550123",
            "ivr_id": ivr,
            "ivr_response_id": call,
            "ivr_session_id": f"s{call}",
            "ivr_timestamp": "2026-01-02 10:04:05",
            "ivr_pass_through": pass_through,
            "ivr_completed": "True",
        }
        if method == "GET":
            return self.send("GET", "DialogTechNextActionUrl", parameters)
        form = urllib.parse.urlencode(parameters)
        return self.send("POST", "DialogTechNextActionUrl", {}, form, "application/x-www-form-urlencoded")

    def transcribe(self, call, question, text):
        """DialogTech posts back what a caller said."""
        parameters = {
            "survo_id": "23456",
            "unique_id": call,
            "question": question,
            "duration": "12",
            "date": "2026-01-02 10:09:30",
            "text": text,
        }
        return self.send("GET", "DialogTechTranscriptionUrl", parameters)

    def send(self, method, output, parameters, body=None, content_type=None):
        """Sends a request to the URL in an output, with the flow's name and the token filled in."""
        url = self.urls[output].replace("{flow}", self.flow)
        if self.token is None:
            url = url.replace("?auth=TOKEN", "?")
        else:
            url = url.replace("TOKEN", self.token)
        target = urllib.parse.urlsplit(url)
        query = "&".join(part for part in (target.query, urllib.parse.urlencode(parameters)) if part)
        headers = {"Content-Type": content_type} if content_type else {}
        return self.exchange(method, target._replace(query=query).geturl(), body, headers)

    def domain(self):
        """The name under which the emulator's API takes requests."""
        return f"{self.urls['HttpApiId']}.execute-api.localhost"

    def exchange(self, method, url, body, headers):
        """Sends a request to a URL, wherever that is, through the emulator's API, which has no TLS."""
        target = urllib.parse.urlsplit(url)
        headers = {"Host": f"{self.domain()}:{self.port}", **headers}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECS)
        try:
            path = target.path + (f"?{target.query}" if target.query else "")
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, response.headers.get("content-type", ""), text)
        finally:
            connection.close()


def within(secs, check):
    """Repeats a check until it succeeds."""
    give_up = time.monotonic() + secs
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
