"""The decisions of mediation, pure: `decide(case, command, context) -> events`, `evolve(case, event) -> case`.

Nothing in here waits, reads a clock, or logs; time, rules and who the parties are come in with the context.
"""
