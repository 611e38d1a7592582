"""A deployed stack, including its nested stacks: outputs and resources."""


class Stack:
    def __init__(self, aws, name):
        self.aws = aws
        self.name = name
        described = aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        self.status = described["StackStatus"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
        #: {type: {logical id: physical id}}, including nested stacks.
        self.resources = {}
        #: The names of this stack and its nested stacks.
        self.stacks = []
        self.collect(name)

    def collect(self, name):
        self.stacks.append(name)
        for page in self.aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name):
            for resource in page["StackResourceSummaries"]:
                kind, physical_id = resource["ResourceType"], resource["PhysicalResourceId"]
                self.resources.setdefault(kind, {})[resource["LogicalResourceId"]] = physical_id
                if kind == "AWS::CloudFormation::Stack":
                    self.collect(physical_id)

    def physical_id(self, kind, logical_id):
        return self.resources[kind][logical_id]
