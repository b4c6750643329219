"""The decisions of dispatch, pure: `decide(board, message, context) -> events`, `evolve(board, event) -> board`.

Nothing in here waits, reads a clock, or logs; time, positions and travel times come in with the context.
"""
