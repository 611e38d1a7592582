"""Records every permission decision: the principal, the action, the resource and the result.

Like IAM, MiniStack decides from the role's policies, but it keeps no record with roles and resources. (Neither does AWS
by default: CloudTrail records DynamoDB data events only if configured.) Each decision is one line of JSON.
"""

import json


def patch(evaluator, path):
    decide = evaluator.evaluate
    record = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 - stays open until this process ends

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
