"""The auth webhook as it is usually written: read the caller, compare the PIN, write the outcome."""

import base64
import hashlib
import hmac
import json
import os
import time
from urllib.parse import parse_qs

import boto3

SUCCESS = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"
FAILURE = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"
LOCKED = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22"
MOST_FAILURES = 3

TABLE = os.environ["CALLERS_TABLE"]
TOKEN = os.environ["WEBHOOK_TOKEN"]
PIN_KEY = os.environ["PIN_KEY"]

client = boto3.client("dynamodb")


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": body}


def is_right(stored, user, pin):
    if stored.startswith("$argon2id$"):
        from argon2 import PasswordHasher
        from argon2.exceptions import VerifyMismatchError

        try:
            return PasswordHasher().verify(stored, pin)
        except VerifyMismatchError:
            return False
    mac = hmac.new(PIN_KEY.encode(), f"{user}:{pin}".encode(), hashlib.sha256)
    return hmac.compare_digest(mac.hexdigest(), stored)


def handler(event):
    token = parse_qs(event["rawQueryString"]).get("auth", [""])[0]
    if not hmac.compare_digest(token.encode(), TOKEN.encode()):
        return answer(401, "")
    body = event["body"]
    try:
        attempt = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except ValueError:
        return answer(400, "")
    user = attempt["user"]["id"]
    key = {"pk": {"S": user}}
    caller = client.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    if caller is None or "pin" not in caller:
        return answer(200, FAILURE)
    if int(caller.get("failures", {"N": "0"})["N"]) >= MOST_FAILURES:
        return answer(200, LOCKED)
    right = is_right(caller["pin"]["S"], user, attempt["input"])
    now = {"N": str(int(time.time() * 1000))}
    if right:
        client.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET failures = :zero, last_at = :now",
            ExpressionAttributeValues={":zero": {"N": "0"}, ":now": now},
        )
    else:
        client.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="ADD failures :one SET last_at = :now",
            ExpressionAttributeValues={":one": {"N": "1"}, ":now": now},
        )
    print(json.dumps({"level": "INFO", "message": "done", "right": right}), flush=True)
    return answer(200, SUCCESS if right else FAILURE)
