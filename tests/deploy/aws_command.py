"""A small `aws` command for the commands of the documents, which the tests run in a shell as they are written.

The real one is not installed, because it pins another version of the SDK. This one calls the same operations: it finds
an option's name and type in the SDK's description of the service, so a misspelt option or value is an error. It knows
shorthand (`Enabled=true,AttributeName=expires_at`), `--query`, `--output text` and `wait`.
"""

import datetime
import json
import pathlib
import re
import sys

import boto3
import jmespath
from botocore import xform_name


def main(arguments):
    service, operation, *rest = arguments
    client = boto3.client(service)
    if operation == "wait":
        operation, *rest = rest
        waiter = client.get_waiter(operation.replace("-", "_"))
        waiter.config.delay = 1
        described = client.meta.service_model.operation_model(waiter.config.operation)
        parameters, _ = read(rest, described.input_shape)
        waiter.wait(**parameters)
        return
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    described = client.meta.service_model.operation_model(names[operation])
    parameters, settings = read(rest, described.input_shape)
    answer = getattr(client, xform_name(names[operation]))(**parameters)
    answer.pop("ResponseMetadata", None)
    if "query" in settings:
        answer = jmespath.search(settings["query"], answer)
    print(text(answer) if settings.get("output") == "text" else json.dumps(answer, indent=4, default=str))


def read(arguments, shape):
    """The operation's parameters, and the command's own settings."""
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    parameters, settings = {}, {}
    waiting = list(arguments)
    while waiting:
        option = waiting.pop(0).removeprefix("--")
        if option in ("query", "output"):
            settings[option] = waiting.pop(0)
            continue
        is_off = option.startswith("no-") and option not in members
        name, member = members[option.removeprefix("no-") if is_off else option]
        if member.type_name == "boolean":
            parameters[name] = not is_off
            continue
        values = []
        while waiting and not waiting[0].startswith("--"):
            values.append(waiting.pop(0))
        is_list = member.type_name == "list"
        parameters[name] = [value_of(value, member.member) for value in values] if is_list else value_of(" ".join(values), member)
    return parameters, settings


def value_of(written, shape):
    if shape.type_name == "structure":
        # `Key=name,Values=a,b`: what has no name goes on with the list before it.
        parts = re.split(r",(?=[A-Za-z]+=)", written)
        named = dict(part.split("=", 1) for part in parts)
        return {name: value_of(part, shape.members[name]) for name, part in named.items()}
    if shape.type_name == "list":
        return [value_of(part, shape.member) for part in written.split(",")]
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[written]
    if shape.type_name in ("integer", "long"):
        return int(written)
    if shape.type_name == "timestamp":
        return datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))
    assert shape.type_name == "string", f"{shape.type_name} is not supported"
    if written.startswith("file://"):
        return pathlib.Path(written.removeprefix("file://")).read_text()
    return written


def text(answer):
    if isinstance(answer, list):
        return "\t".join(text(each) for each in answer)
    return "None" if answer is None else str(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
