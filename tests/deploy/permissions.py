"""A role's permissions, the decisions made about them, and a way to remove one permission temporarily."""

import contextlib
import json


class Role:
    def __init__(self, aws, name):
        self.iam = aws("iam")
        self.name = name

    def policies(self):
        """The inline policies by name. Managed policies are refused, since these tests could not see what they allow."""
        attached = self.iam.list_attached_role_policies(RoleName=self.name)["AttachedPolicies"]
        assert attached == [], f"{self.name} has managed policies"
        names = self.iam.list_role_policies(RoleName=self.name)["PolicyNames"]
        return {name: self.iam.get_role_policy(RoleName=self.name, PolicyName=name)["PolicyDocument"] for name in names}

    def allowed(self):
        """All pairs of an allowed action and its resource."""
        return {pair for document in self.policies().values() for pair in pairs(document)}

    @contextlib.contextmanager
    def without(self, action, resource):
        """Removes the permission for one action on one resource, and restores it afterwards."""
        before = self.policies()
        found = [name for name, document in before.items() if (action, resource) in pairs(document)]
        assert found, f"{self.name} does not allow {action} on {resource}"
        try:
            for name in found:
                left = [
                    {"Effect": "Allow", "Action": one_action, "Resource": one_resource}
                    for one_action, one_resource in sorted(pairs(before[name]))
                    if (one_action, one_resource) != (action, resource)
                ]
                self.put(name, {"Version": "2012-10-17", "Statement": left})
            yield
        finally:
            for name in found:
                self.put(name, before[name])

    def put(self, name, document):
        self.iam.put_role_policy(RoleName=self.name, PolicyName=name, PolicyDocument=json.dumps(document))


def pairs(document):
    """The (action, resource) pairs of all statements. Fails on anything but plain `Allow` statements."""
    found = set()
    for statement in each(document["Statement"]):
        assert set(statement) <= {"Sid", "Effect", "Action", "Resource"} and statement["Effect"] == "Allow", statement
        for action in each(statement["Action"]):
            assert "*" not in action, action
            found |= {(action, resource) for resource in each(statement["Resource"])}
    return found


def each(value):
    return value if isinstance(value, list) else [value]


def decisions(emulator, role):
    """All decisions made for a role so far, as (action, resource, allowed)."""
    # arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
    return decisions_of(emulator, ["assumed-role", role])


def decisions_of(emulator, principal):
    """The same for a principal whose ARN ends with these words between slashes."""
    lines = emulator.permissions_record.read_text().splitlines()
    of_all_roles = (json.loads(line) for line in lines)
    return {
        (decision["action"], decision["resource"], decision["allowed"])
        for decision in of_all_roles
        if decision["principal"].split(":", 5)[-1].split("/")[:2] == principal
    }
