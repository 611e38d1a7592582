"""Retained resources of deleted nested stacks.

AWS follows every resource's `DeletionPolicy`, even in nested stacks. MiniStack follows it only for resources of the
stack that is deleted, and deletes nested stacks with all their resources.
"""

from ministack.services import cloudformation


def patch(provisioners, stacks):
    nested = provisioners._RESOURCE_HANDLERS["AWS::CloudFormation::Stack"]
    delete = nested["delete"]

    def delete_but_keep(physical_id, properties):
        name = provisioners._nested_stack_lookup_name(physical_id)
        stack = cloudformation._stacks.get(name)
        if stack:
            template = stack.get("_template") or {}
            kept = [logical_id for logical_id in stack["_resources"] if is_kept(name, stack, template, logical_id)]
            for logical_id in kept:
                del stack["_resources"][logical_id]
        return delete(physical_id, properties)

    def is_kept(name, stack, template, logical_id):
        policy = stacks._resource_policy(
            template.get("Resources", {}).get(logical_id),
            "DeletionPolicy",
            stack["_resources"],
            stack.get("_resolved_params", {}),
            stack.get("_conditions", {}),
            template.get("Mappings", {}),
            name,
            stack["StackId"],
        )
        return policy in provisioners._RETAINING_POLICIES

    nested["delete"] = delete_but_keep
