"""A changed parameter reaches the callers as a new version; the alias can be set back with one command.

The emulator has no CodeDeploy, so canary deployments are not tried. They use the same versions and alias.
"""

import pytest

import sam
from conftest import PARAMETERS

FUNCTIONS = ("AuthWebhookFunction", "NextActionFunction", "TranscriptionPostbackFunction", "VoiceWebhookFunction")


def live(aws, stack, function):
    name = stack.physical_id("AWS::Lambda::Function", function)
    return aws("lambda").get_function_configuration(FunctionName=name, Qualifier="live")


def deadline(configuration):
    return configuration["Environment"]["Variables"]["RINGBOLT_DEADLINE_MS"]


@pytest.fixture
def changed(scratch, emulator, aws, stack, webhooks):
    """The live versions before and after a deployment that only changes a parameter. It is the last one of this stack."""
    before = {function: live(aws, stack, function) for function in FUNCTIONS}
    sam.deploy(scratch, emulator.endpoint, stack.name, {**PARAMETERS, "DeadlineMs": "19000"})
    return before, {function: live(aws, stack, function) for function in FUNCTIONS}


def test_a_changed_parameter_alone_publishes_a_version_and_one_command_sets_the_alias_back(aws, stack, webhooks, changed):
    before, after = changed
    for function in FUNCTIONS:
        assert int(after[function]["Version"]) > int(before[function]["Version"])
        assert deadline(before[function]) == PARAMETERS["DeadlineMs"]
        assert deadline(after[function]) == "19000"
        # The former version is kept, or there would be nothing to go back to.
        name = stack.physical_id("AWS::Lambda::Function", function)
        kept = {version["Version"] for version in aws("lambda").list_versions_by_function(FunctionName=name)["Versions"]}
        assert before[function]["Version"] in kept
    assert webhooks.with_token(None).next_action("12345", "v-1").status == 401

    name = stack.physical_id("AWS::Lambda::Function", "AuthWebhookFunction")
    former = before["AuthWebhookFunction"]["Version"]
    aws("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion=former)
    assert deadline(live(aws, stack, "AuthWebhookFunction")) == PARAMETERS["DeadlineMs"]
    assert webhooks.with_token(None).authenticate("90799", "815294", "v-2").status == 401
