def test_all_stacks_are_complete(stack):
    print(stack.outputs)
    for k,v in stack.resources.items(): print(k,v)
    assert stack.status == "CREATE_COMPLETE"
