"""Requests signed by the providers' own libraries. Telnyx's cannot sign, so PyNaCl does, which it verifies with."""

import base64
import json

from libraries import HERE, SETTINGS, SIGNALWIRE, TWILIO, Form, SignalWireValidator, TwilioValidator
from nacl.signing import SigningKey

FORM = "application/x-www-form-urlencoded"
NOW_SECS = 1795000000


def signed_requests(vectors):
    """All requests of `requests.json`, signed in every way that the libraries know."""
    requests = json.loads((HERE / "requests.json").read_text())
    ways = by_twilio, by_signalwire, by_telnyx
    signed = [one for request in requests for way in ways for one in way(request, vectors)]
    only = {request["name"]: request["only"] for request in requests if "only" in request}
    return [one for one in signed if only.get(one["name"].split(", ")[0], one["provider"]) == one["provider"]]


def described(request, how, provider, headers, **others):
    return {
        "name": f"{request['name']}, {how}",
        "provider": provider,
        "url": request["url"],
        "headers": {"content-type": FORM, **headers},
        "body": request["form"],
        "now_secs": NOW_SECS,
        **others,
    }


def by_twilio(request, vectors):
    signed_url, form = request.get("signed_url", request["url"]), Form(request["form"])
    keys = vectors["keys"]["twilio"]
    for key in keys:
        yield described(request, "Twilio", "twilio", {TWILIO: TwilioValidator(key).compute_signature(signed_url, form)})
    validator = TwilioValidator(keys[0])
    signature = validator.compute_signature(signed_url, form, "HMAC_SHA256")
    settings = "key=webhooks_sharedkey_0123,algorithm=HMAC_SHA256"
    yield described(request, "Twilio by HMAC_SHA256", "twilio", {TWILIO: signature, SETTINGS: settings})
    body = json.dumps({"form": request["form"]})
    digest = f"bodySHA256={validator.compute_hash(body)}"
    url, signed_url = (f"{text}{'&' if '?' in text else '?'}{digest}" for text in (request["url"], signed_url))
    headers = {TWILIO: validator.compute_signature(signed_url, {}), "content-type": "application/json"}
    yield described(request, "Twilio JSON", "twilio", headers, url=url, body=body)


def by_signalwire(request, vectors):
    signed_url, form = request.get("signed_url", request["url"]), Form(request["form"])
    validator = SignalWireValidator(vectors["keys"]["signalwire"][0])
    signature = validator.build_signature_with_compatibility(signed_url, form)
    yield described(request, "SignalWire", "signalwire", {SIGNALWIRE: signature})
    yield described(request, "SignalWire in Twilio's header", "signalwire", {TWILIO: signature})
    raw = validator.build_signature(signed_url, request["form"])
    yield described(request, "SignalWire raw", "signalwire", {SIGNALWIRE: raw})


def by_telnyx(request, vectors):
    signer = SigningKey(bytes.fromhex(vectors["telnyx_seed"]))
    signature = base64.b64encode(signer.sign(f"{NOW_SECS}|{request['form']}".encode()).signature).decode()
    headers = {"telnyx-signature-ed25519": signature, "telnyx-timestamp": str(NOW_SECS)}
    yield described(request, "Telnyx", "telnyx", headers)
