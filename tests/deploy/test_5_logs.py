"""Checks the logs that the functions wrote during the other tests.

AWS turns the lines with `_aws` into metrics. The emulator only stores the lines, so these tests read the lines.
"""

import json
import re

import pytest

from conftest import AUTH_TOKEN


@pytest.fixture(scope="module")
def lines(aws, stack):
    found = []
    for group in stack.resources["AWS::Logs::LogGroup"].values():
        for page in aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
            found += [line for event in page["events"] for line in event["message"].splitlines()]
    return found


def test_no_log_contains_a_secret(lines, webhooks):
    # Times, durations and ids could contain the digits of a PIN by coincidence.
    text = re.sub(r'"(Timestamp|elapsed_ms|LatencyMs)":\d+', "", "\n".join(lines))
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b1-[0-9a-f]{8}-[0-9a-f]{24}\b", "", text)
    assert '"verified"' in text and '"locked"' in text and '"fallback"' in text and '"enrolled"' in text
    said = ("The service was great", "All is well", "call me back", "Nobody hears", "The technician")
    for secret in (webhooks.token, AUTH_TOKEN, "815294", "815295", "815296", "815297", "649173", "2125550123", *said):
        # Asserting the expression itself would make pytest show the log and the token.
        leaked = secret in text
        assert not leaked


def test_every_watched_metric_was_emitted_with_its_dimension(aws, stack, lines):
    emitted = set()
    for line in lines:
        if '"_aws"' not in line:
            continue
        values = json.loads(line[line.index("{") :])
        for directive in values["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = tuple(sorted((name, values[name]) for name in names))
                found = (m["Name"] for m in directive["Metrics"] if m["Name"] in values)
                emitted |= {(directive["Namespace"], name, dimensions) for name in found}
    names = list(stack.resources["AWS::CloudWatch::Alarm"].values())
    alarms = aws("cloudwatch").describe_alarms(AlarmNames=names, MaxRecords=100)["MetricAlarms"]
    # No caller of these tests has a duress PIN; tests/tests/attacks/duress.rs looks at its line.
    ours = [alarm for alarm in alarms if alarm["Namespace"] == "Ringbolt" and alarm["MetricName"] != "Duress"]
    watched = {
        (a["Namespace"], a["MetricName"], tuple(sorted((d["Name"], d["Value"]) for d in a["Dimensions"]))) for a in ours
    }
    assert len(watched) > 3
    assert watched - emitted == set()
