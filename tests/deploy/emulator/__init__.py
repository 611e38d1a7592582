"""MiniStack, a local AWS emulator, with fixes for the gaps that affect this project's templates.

Each module fixes one gap and explains what AWS does and what MiniStack 1.5.33 does instead. The fixes only change how
CloudFormation's handlers process a template. In addition, permission decisions are recorded.
"""
