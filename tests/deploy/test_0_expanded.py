"""The template as SAM expands it, with canary deployments, which the emulator cannot run.

SAM's transformation in AWS is the same code as in this package.
"""

import re

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

import account
from sam import ROOT

CANARY = {"Stage": "prod", "CanaryDeployment": "Canary10Percent5Minutes"}
STEERING = ("AuthWebhookFunction", "NextActionFunction", "VoiceWebhookFunction")
FUNCTIONS = (*STEERING, "TranscriptionPostbackFunction")


class NoManagedPolicies:
    def load(self):
        return {}


@pytest.fixture
def expand(monkeypatch):
    """Expands the template as `sam deploy` uploads it: with this code, and with these parameters."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", account.REGION)

    def expand_with(parameters, code="first"):
        template = yaml_parse((ROOT / "template.yaml").read_text())
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = f"s3://bucket/{code}"
            if resource["Type"] == "AWS::Serverless::Application":
                resource["Properties"]["Location"] = "https://bucket.s3.amazonaws.com/nested.yaml"
        return transform(template, dict(parameters), NoManagedPolicies())["Resources"]

    return expand_with


def versions(resources):
    return {name: each for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"}


def test_code_makes_a_version_of_another_name_and_a_parameter_does_not(expand):
    first = versions(expand(CANARY))
    assert len(first) == len(FUNCTIONS)
    assert set(versions(expand(CANARY, code="second"))) & set(first) == set()
    # That is why the description has the parameters: CloudFormation replaces a version whose description changes.
    assert versions(expand({**CANARY, "DeadlineMs": "2000"})) == first
    for version in first.values():
        assert "${DeadlineMs}" in version["Properties"]["Description"]["Fn::Sub"]


def test_former_versions_stay_whatever_takes_their_place(expand):
    for version in versions(expand(CANARY)).values():
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_canary_watches_fallbacks_the_new_versions_errors_and_the_api(expand):
    resources = expand(CANARY)
    for function in STEERING:
        alias = resources[f"{function}Aliaslive"]
        group = resources[alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]]
        configured = group["Properties"]["AlarmConfiguration"]
        alarms = [alarm["Name"]["Fn::If"][1]["Ref"] for alarm in configured["Alarms"]]
        prefix = function.removesuffix("Function")
        assert (configured["Enabled"], alarms) == (
            True,
            [f"{prefix}CanaryAlarm", f"{prefix}CanaryErrorsAlarm", "ApiCanaryAlarm"],
        )
        # The alarm is on the version that the alias is about to name.
        dimensions = {d["Name"]: d["Value"] for d in resources[f"{prefix}CanaryErrorsAlarm"]["Properties"]["Dimensions"]}
        assert dimensions["ExecutedVersion"] == alias["Properties"]["FunctionVersion"]


@pytest.mark.parametrize("canary", ["none", "Canary10Percent5Minutes"])
def test_routes_and_permissions_do_not_depend_on_the_canary(expand, canary):
    resources = expand({**CANARY, "CanaryDeployment": canary})
    integrations = re.findall(r"functions/([^/]+)/invocations", str(resources["HttpApi"]["Properties"]["Body"]))
    assert set(integrations) == {f"${{{function}.Arn}}:live" for function in FUNCTIONS}
    for function in FUNCTIONS:
        prefix = function.removesuffix("Function")
        allowed = [resources[f"{prefix}{kind}"]["Properties"]["FunctionName"] for kind in ("Permission", "AliasPermission")]
        assert allowed == [{"Ref": function}, {"Ref": f"{function}Aliaslive"}]


def test_everything_that_sam_adds_to_the_voice_webhook_has_its_condition(expand):
    of_it = {name: each for name, each in expand(CANARY).items() if name.startswith("VoiceWebhook")}
    kinds = {each["Type"] for each in of_it.values()}
    assert {"AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::CodeDeploy::DeploymentGroup"} <= kinds
    for name, each in of_it.items():
        assert each["Condition"] == ("WithVoiceWebhookCanary" if "Canary" in name else "WithVoiceWebhook"), name


@pytest.mark.parametrize("canary", ["none", "Canary10Percent5Minutes"])
def test_nothing_waits_for_itself(expand, canary):
    resources = expand({**CANARY, "CanaryDeployment": canary})
    waits_for = {name: {other for other in mentioned(each) if other in resources} for name, each in resources.items()}
    while waits_for:
        ready = [name for name, others in waits_for.items() if not others]
        assert ready, f"a cycle in {waits_for}"
        for name in ready:
            del waits_for[name]
        for others in waits_for.values():
            others.difference_update(ready)


def mentioned(value):
    """The names in Ref, Fn::GetAtt, Fn::Sub and DependsOn."""
    if isinstance(value, list):
        return {name for each in value for name in mentioned(each)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, each in value.items():
        if key in ("Ref", "DependsOn"):
            found |= set(each if isinstance(each, list) else [each])
        elif key == "Fn::GetAtt":
            found.add(each[0] if isinstance(each, list) else each.split(".")[0])
        elif key == "Fn::Sub":
            text = each if isinstance(each, str) else each[0]
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([^}!]+)\}", text)}
            found |= mentioned(each[1]) if isinstance(each, list) else set()
        else:
            found |= mentioned(each)
    return found
