"""What a deleted nested stack leaves.

AWS asks the `DeletionPolicy` of every resource, in nested stacks too. MiniStack asks it in stacks that are deleted by
themselves, and deletes a nested one with all that it has.
"""

from ministack.services import cloudformation


def close_gap(provisioners, stacks):
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
