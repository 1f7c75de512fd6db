"""The restore drill: a backup restored on another host, recovered, opened and read, with every step on record.

`plan` says what would be done, `preconditions` (derive/drill) whether it may be done, `engine` does it. A drill that is
not told to run looks and does nothing.
"""
