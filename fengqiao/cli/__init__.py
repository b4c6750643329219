"""The command `fengqiao` (`python -m fengqiao.cli`). One module a command group;
imports wait until a command runs.
"""
