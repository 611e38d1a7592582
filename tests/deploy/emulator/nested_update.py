"""Attributes of resources that an update of a nested stack leaves as they are.

MiniStack forgets the attributes of such resources, so that `!GetAtt` finds none: it updates a stack of its own with the
former attributes, but a nested stack without.
"""

from ministack.services import cloudformation


def patch(provisioners):
    update = provisioners._update_resource

    def update_and_remember(kind, physical_id, old, new, stack_name, logical_id=None, old_attrs=None):
        if old_attrs is None:
            resources = cloudformation._stacks.get(stack_name, {}).get("_resources", {})
            old_attrs = resources.get(logical_id, {}).get("Attributes")
        return update(kind, physical_id, old, new, stack_name, logical_id, old_attrs)

    provisioners._update_resource = update_and_remember
