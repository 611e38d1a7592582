"""Calls over TwiML through the deployed API: every request is signed, and the documents lead from one to the next."""

import json

import pytest

from conftest import RECORDED
from test_2_webhooks import item_of
from twiml import Call

SUPPORT = ["+18005550111"]


def log_in(call, user, pin):
    call.begin()
    call.key(user)
    call.key(pin)
    return call


def test_without_a_key_no_call_is_answered(aws, stack, webhooks):
    secret = stack.outputs["TwimlKeySecretArn"]
    assert json.loads(aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]) == {}
    # There is no LastResortNumber.
    answer = Call(webhooks, "not-the-auth-token", "CA70030001").begin()
    assert answer.status == 503, answer


def test_a_call_hears_the_first_question(webhooks, auth_token):
    # The function that found no key tries again with each request.
    call = Call(webhooks, auth_token, "CA70030002")
    call.begin()
    assert call.heard() == "Welcome. Please key your account number, then pound."
    action = call.document().find("Gather").get("action")
    assert action.startswith(f"{call.url()}?at=login.1&s="), action


@pytest.mark.parametrize("webhook", ["voice", "transcription"])
@pytest.mark.parametrize("token", [None, "not-the-auth-token"], ids=["unsigned", "wrong-key"])
def test_requests_without_a_valid_signature_are_refused(webhooks, auth_token, webhook, token):
    call = Call(webhooks, token, "CA70030003")
    for _ in range(2):
        answer = call.post(call.url(webhook))
        assert answer.status == 403, answer


def test_the_webhook_token_is_no_way_in(webhooks, auth_token, webhook_token):
    call = Call(webhooks, None, "CA70030004")
    assert call.post(f"{call.url()}?auth={webhook_token}").status == 403


def test_a_caller_logs_in_and_hears_their_balance(aws, stack, webhooks, auth_token, enrol):
    enrol("90731", "815294")
    call = log_in(Call(webhooks, auth_token, "CA70030005"), "90731", "815294")
    assert call.heard().startswith("Hello Ada."), call.answer
    call.key("0")
    call.follow()
    assert call.heard() == "Your balance is 128 dollars."
    item_of(aws, stack, "CA70030005-r1", "visit#12345#")


def test_a_caller_is_asked_again_and_then_locked(webhooks, auth_token, enrol):
    enrol("90732", "815294")
    call = log_in(Call(webhooks, auth_token, "CA70030006"), "90732", "815295")
    for pin in ("815296", "815297"):
        assert call.heard().startswith("Welcome."), call.answer
        call.key("90732")
        call.key(pin)
    assert call.rung() == SUPPORT
    call = log_in(Call(webhooks, auth_token, "CA70030007"), "90732", "815294")
    assert call.rung() == SUPPORT


def test_a_state_of_another_call_starts_a_new_call(webhooks, auth_token):
    first, second = (Call(webhooks, auth_token, call) for call in ("CA70030008", "CA70030009"))
    first.begin()
    first.key("90731")
    asked = first.document().find("Gather").get("action")
    second.post(asked, Digits="815294")
    assert second.heard().startswith("Welcome."), second.answer


def test_the_text_of_a_recorded_answer_is_stored(aws, stack, webhooks, auth_token):
    call = Call(webhooks, auth_token, "CA70030010", RECORDED)
    answer = transcribed(call, "The technician was friendly.")
    assert answer.status == 204, answer
    assert "The technician was friendly." in json.dumps(item_of(aws, stack, "CA70030010-r1", "transcript#30001#3"))


def test_a_transcription_with_another_calls_state_is_refused(webhooks, auth_token):
    call, other = (Call(webhooks, auth_token, of, RECORDED) for of in ("CA70030011", "CA70030012"))
    url = transcription_url(call)
    assert other.post(url, TranscriptionText="The technician was friendly.").status == 400


def test_an_unpublished_flow_is_refused(webhooks, auth_token):
    assert Call(webhooks, auth_token, "CA70030013", "unpublished").begin().status == 404


def transcription_url(call):
    """Answers the survey. Returns the URL for the text of its recorded question."""
    call.begin()
    call.key("5")
    call.key("2")
    return call.record()


def transcribed(call, text):
    url = transcription_url(call)
    return call.post(url, TranscriptionText=text, TranscriptionStatus="completed")
