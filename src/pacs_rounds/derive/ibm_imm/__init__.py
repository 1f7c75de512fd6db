"""Who an IMM says the server is."""
