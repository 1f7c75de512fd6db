"""Ways to ask a device. Each gives back one Answer per command; none judges, none leaves anything behind."""

MAX_BYTES = 2_000_000
"""No answer of an inspection is this long; what is longer is cut and called truncated."""
