"""The policy of an operator who enrols through the function, as docs/operations.md has it."""

import json

from account import REGION
from sam import ROOT

BEGINS = "An operator who only enrols needs this policy."


def for_enrolment(aws, stack, imports):
    """The documented policy with this stack's names; `imports` adds the statement for imports."""
    after = (ROOT / "docs" / "operations.md").read_text().split(BEGINS, 1)[1]
    policy, more = (json.loads(block) for block in code_blocks(after)[:2])
    if imports:
        policy["Statement"].append(more)
    text = json.dumps(policy)
    account = aws("sts").get_caller_identity()["Account"]
    names = {"REGION": REGION, "ACCOUNT": account, "stack/ringbolt/": f"stack/{stack.name}/"}
    outputs = ("EnrolFunctionName", "AuditTableName", "FlowsTableName", *(["CallersTableName"] if imports else []))
    for placeholder, value in {**names, **{output: stack.outputs[output] for output in outputs}}.items():
        assert placeholder in text, f"the documented policy lacks {placeholder}"
        text = text.replace(placeholder, value)
    return json.loads(text)


def code_blocks(text):
    """The indented blocks of a Markdown text."""
    blocks, block = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("    "):
            block.append(line)
        elif block:
            blocks.append("\n".join(block))
            block = []
    return blocks
