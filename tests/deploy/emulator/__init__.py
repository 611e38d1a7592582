"""MiniStack, an AWS on this machine, with the gaps closed that this project's templates fall into.

One module a gap; each says what AWS does, what MiniStack 1.5.33 does, and what is put in its place. Nothing is changed
but what CloudFormation's handlers make of a template, and one ear that listens when permissions are decided.
"""
