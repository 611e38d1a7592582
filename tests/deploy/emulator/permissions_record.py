"""A record of every decision about a permission: who asked for what, and what came of it.

MiniStack decides as IAM does, from the role's policies, but keeps no record that names roles and resources (CloudTrail
in AWS does not have data events of DynamoDB unless it is told to, either). One line of JSON a decision.
"""

import json


def listen(evaluator, path):
    decide = evaluator.evaluate
    record = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as this process runs

    def decide_and_record(context, policies, *limits):
        result = decide(context, policies, *limits)
        decision = {
            "principal": context.principal_arn,
            "action": context.action,
            "resource": context.resource_arn,
            "allowed": result.decision == "Allow",
        }
        record.write(json.dumps(decision) + "\n")
        return result

    evaluator.evaluate = decide_and_record
