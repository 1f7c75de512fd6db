"""What became of the copies of a device's settings."""
