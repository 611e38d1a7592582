"""A loop over Lambda's Runtime API, in place of the one in Lambda's own image."""

import http.client
import json
import os
import traceback

from function import handler

BASE = "/2018-06-01/runtime/invocation"

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def ask(method, path, body=None):
    api.request(method, BASE + path, body)
    response = api.getresponse()
    return response.getheader("lambda-runtime-aws-request-id"), response.read()


while True:
    request_id, event = ask("GET", "/next")
    try:
        answer = json.dumps(handler(json.loads(event)))
    except Exception as error:
        traceback.print_exc()
        reported = {"errorType": type(error).__name__, "errorMessage": str(error)}
        ask("POST", f"/{request_id}/error", json.dumps(reported))
        continue
    ask("POST", f"/{request_id}/response", answer)
