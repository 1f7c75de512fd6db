"""What a restore drill says: what was agreed, what the hosts look like, the plan, and each step."""
