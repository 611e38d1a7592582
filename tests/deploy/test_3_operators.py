"""Uses the `ringbolt` command like operators do. It finds everything by the stack's name."""

import json

from test_2_webhooks import FAILURE, SUCCESS, log_in


def test_the_doctor_finds_nothing_wrong(ringbolt, webhooks, emulator, stack):
    # The outputs have an address in amazonaws.com; this is the emulator's address of the same API.
    api = f"{emulator.endpoint}/_aws/execute-api/{stack.outputs['HttpApiId']}/$default"
    done = ringbolt.try_run("doctor", "--json", "--api-url", api)
    report = json.loads(done.stdout)
    failed = [check for check in report["checks"] if check["verdict"] == "fail"]
    assert (failed, done.returncode) == ([], 0), done.stderr


def test_a_locked_caller_can_be_unlocked(ringbolt, webhooks, enrol):
    enrol("90711", "815294")
    for call in ("o-1", "o-2", "o-3"):
        assert webhooks.authenticate("90711", f"81529{call[-1]}", call).body == FAILURE
    locked = ringbolt.json("caller", "show", "--realm", "demo", "90711")
    assert (locked["failed_attempts"], locked["lockout"][0]["standing"]) == (3, "locked")
    ringbolt.run("caller", "unlock", "--realm", "demo", "90711")
    assert webhooks.authenticate("90711", "815294", "o-4").body == SUCCESS


def test_a_call_is_found_with_its_outcome(ringbolt, webhooks, enrol):
    enrol("90712", "815294")
    log_in(webhooks, "70030001", "90712", "815294")
    shown = ringbolt.run("call", "show", "70030001")
    assert "12345" in shown and "verified" in shown and "815294" not in shown, shown
    assert "70030001" in ringbolt.run("call", "list", "--ivr", "12345", "--day", "today")


def test_a_flow_can_be_rolled_back(ringbolt, webhooks, scratch):
    before = ringbolt.run("flow", "show", "demo")
    changed = scratch / "demo.yaml"
    changed.write_text(before + "# changed\n")
    ringbolt.run("flow", "push", "--note", "A comment", str(changed))
    assert ringbolt.run("flow", "show", "demo") == before + "# changed\n"
    ringbolt.run("flow", "rollback", "--yes", "demo")
    assert ringbolt.run("flow", "show", "demo") == before


def test_changes_are_in_the_audit_log_and_its_chain_is_valid(ringbolt, webhooks):
    listed = ringbolt.run("audit", "list")
    assert "the deploy test" in listed
    ringbolt.run("audit", "verify")


def test_show_token_prints_the_urls_for_the_portals(ringbolt, webhooks):
    urls = [address["url"] for address in ringbolt.json("secret", "show-token", "--yes")["urls"]]
    assert len(urls) == 3 and all(webhooks.token in url for url in urls)
