"""What people saw."""
