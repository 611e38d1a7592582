"""The `Ref` of secrets, and the strings that CloudFormation generates.

In AWS, `Ref` returns a secret's ARN. In MiniStack it returns the name, which our policies and functions cannot use.
Also, MiniStack supports only the length and `ExcludeCharacters` of `GenerateSecretString`, so a webhook token could
contain characters with a meaning in URLs.
"""

import json
import secrets
import string

CLASSES = (
    (string.ascii_lowercase, "ExcludeLowercase"),
    (string.ascii_uppercase, "ExcludeUppercase"),
    (string.digits, "ExcludeNumbers"),
    (string.punctuation, "ExcludePunctuation"),
)


def patch(provisioners):
    provisioners._sm_secret_string = secret_string
    secret = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = secret["create"], secret["update"], secret["delete"]

    def create_with_arn(logical_id, properties, stack_name):
        _, attributes = create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def update_with_arn(physical_id, old, new, stack_name, logical_id=None):
        _, attributes = update(name_of(physical_id), old, new, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete_by_arn(physical_id, properties):
        return delete(name_of(physical_id), properties)

    secret["create"], secret["update"], secret["delete"] = create_with_arn, update_with_arn, delete_by_arn


def name_of(physical_id):
    """The name in `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-123456`."""
    return physical_id.split(":secret:", 1)[1][: -len("-123456")] if ":secret:" in physical_id else physical_id


def secret_string(properties):
    wanted = properties.get("GenerateSecretString")
    if not wanted or properties.get("SecretString"):
        return properties.get("SecretString", "")
    password = generate(wanted)
    if "SecretStringTemplate" not in wanted:
        return password
    whole = json.loads(wanted["SecretStringTemplate"])
    whole[wanted["GenerateStringKey"]] = password
    return json.dumps(whole)


def generate(wanted):
    classes = [characters for characters, option in CLASSES if not is_true(wanted.get(option))]
    if is_true(wanted.get("IncludeSpace")):
        classes.append(" ")
    excluded = set(wanted.get("ExcludeCharacters", ""))
    classes = ["".join(c for c in characters if c not in excluded) for characters in classes]
    one_of_each = is_true(wanted.get("RequireEachIncludedType", True))
    chosen = [secrets.choice(characters) for characters in classes] if one_of_each else []
    anything = "".join(classes)
    chosen += [secrets.choice(anything) for _ in range(int(wanted.get("PasswordLength", 32)) - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def is_true(value):
    """CloudFormation may pass booleans as strings."""
    return str(value).lower() == "true"
