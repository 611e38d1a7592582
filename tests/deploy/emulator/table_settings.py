"""TTL, point-in-time recovery and deletion protection of DynamoDB tables.

CloudFormation sets all of them when it creates a table. MiniStack's DynamoDB supports them, but its CloudFormation
handler ignores the first two, and treats the string "false" as true for the last.
"""


def patch(provisioners):
    table = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create, update, service = table["create"], table["update"], provisioners._dynamodb

    def create_with_settings(logical_id, properties, stack_name):
        protected = is_true(properties.get("DeletionProtectionEnabled"))
        properties = {**properties, "DeletionProtectionEnabled": protected}
        name, attributes = create(logical_id, properties, stack_name)
        ttl = properties.get("TimeToLiveSpecification", {})
        if is_true(ttl.get("Enabled")):
            wanted = {"AttributeName": ttl["AttributeName"], "Enabled": True}
            service._update_ttl({"TableName": name, "TimeToLiveSpecification": wanted})
        if is_true(properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")):
            wanted = {"PointInTimeRecoveryEnabled": True}
            service._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": wanted})
        return name, attributes

    def update_with_settings(physical_id, old, new, *more, **named):
        old, new = ({**each, "DeletionProtectionEnabled": is_true(each.get("DeletionProtectionEnabled"))} for each in (old, new))
        return update(physical_id, old, new, *more, **named)

    table["create"], table["update"] = create_with_settings, update_with_settings


def is_true(value):
    return str(value).lower() == "true"
