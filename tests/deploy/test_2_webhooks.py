"""Calls the built functions through the deployed API, as the providers do."""

import json
import time

import pytest

from webhooks import within

SUCCESS = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"
FAILURE = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"
LOCKED = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22"
SUPPORT = ("transfer", {"destination": "8005550111"})
ROUTES = [
    ("POST", "WixAnswersUrl"),
    ("GET", "DialogTechNextActionUrl"),
    ("POST", "DialogTechNextActionUrl"),
    ("GET", "DialogTechTranscriptionUrl"),
]


def log_in(webhooks, call, user, pin, pass_through="", method="GET"):
    return webhooks.next_action("12345", call, {"account": user, "pin": pin}, pass_through, method).action()


@pytest.mark.parametrize(("method", "output"), ROUTES)
@pytest.mark.parametrize("token", [None, "not-the-token"], ids=["no-token", "wrong-token"])
def test_requests_without_the_token_are_refused(webhooks, method, output, token):
    answer = webhooks.with_token(token).send(method, output, {})
    assert answer.status == 401, answer


@pytest.mark.parametrize(("method", "output"), [("GET", "WixAnswersUrl"), ("POST", "DialogTechTranscriptionUrl")])
def test_unknown_routes_are_not_found(webhooks, method, output):
    answer = webhooks.send(method, output, {})
    assert answer.status == 404, answer


def test_wix_answers_right_wrong_locked_and_unknown(webhooks, enrol):
    enrol("90701", "815294")
    assert webhooks.authenticate("90701", "815294", "a-1").body == SUCCESS
    assert webhooks.authenticate("90701", "815295", "a-2").body == FAILURE
    assert webhooks.authenticate("90701", "815296", "a-3").body == FAILURE
    # The third wrong PIN locks the caller; then even the right PIN is refused.
    webhooks.authenticate("90701", "815297", "a-4")
    answer = webhooks.authenticate("90701", "815294", "a-5")
    assert (answer.status, answer.body) == (200, LOCKED)
    assert answer.content_type.startswith("text/plain")
    # `unknown: disconnect`
    assert (webhooks.authenticate("90799", "815294", "a-6").status, answer.status) == (200, 200)
    assert webhooks.authenticate("90799", "815294", "a-7").body == ""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_dialogtech_logs_a_caller_in_and_knows_them_in_the_next_ivr(webhooks, enrol, method):
    user, call = ("90702", "70010001") if method == "GET" else ("90703", "70010002")
    enrol(user, "815294")
    app, parameters = log_in(webhooks, call, user, "815294", method=method)
    assert (app, parameters["id"]) == ("ivr", "23456")
    balance = webhooks.next_action("34567", call, pass_through=parameters["p_t"], method=method)
    assert (balance.status, balance.body) == (200, "Your balance is 128 dollars.")


def test_dialogtech_asks_again_and_then_gives_up(webhooks, enrol):
    enrol("90704", "815294")
    app, parameters = log_in(webhooks, "70010003", "90704", "815295")
    assert (app, parameters["id"]) == ("ivr", "12345")
    app, parameters = log_in(webhooks, "70010003", "90704", "815296", parameters["p_t"])
    assert (app, parameters["id"]) == ("ivr", "12345")
    assert log_in(webhooks, "70010003", "90704", "815297", parameters["p_t"]) == SUPPORT
    assert log_in(webhooks, "70010004", "90704", "815294") == SUPPORT


def test_an_unpublished_flow_is_refused(webhooks):
    webhooks = webhooks.with_token(webhooks.token)
    webhooks.flow = "unpublished"
    assert webhooks.next_action("12345", "70010005").status == 404


def test_the_record_of_a_call_is_stored_and_expires(aws, stack, webhooks):
    webhooks.next_action("40006", "70010006")
    # It is written once the answer has left.
    item = within(30, lambda: item_of(aws, stack, "70010006", "visit#40006#"))
    retention = int(item["expires_at"]["N"]) - time.time()
    assert 29 * 86_400 < retention < 31 * 86_400, "RetentionDays is 30"


def test_a_transcription_is_stored_and_a_repeat_changes_nothing(aws, stack, webhooks):
    said = "The service was great, thank you."
    assert webhooks.transcribe("70010007", "1", said).status in (200, 204)
    first = item_of(aws, stack, "70010007", "transcript#23456#1")
    assert said in json.dumps(first)
    assert webhooks.transcribe("70010007", "1", said).status in (200, 204)
    assert item_of(aws, stack, "70010007", "transcript#23456#1") == first


def item_of(aws, stack, call, sort_key):
    """The only item of a call whose sort key begins with this."""
    found = aws("dynamodb").query(
        TableName=stack.outputs["CallsTableName"],
        KeyConditionExpression="pk = :call AND begins_with(sk, :sort_key)",
        ExpressionAttributeValues={":call": {"S": f"call#{call}"}, ":sort_key": {"S": sort_key}},
        ConsistentRead=True,
    )["Items"]
    assert len(found) == 1, f"{len(found)} items {sort_key} of call {call}"
    return found[0]

