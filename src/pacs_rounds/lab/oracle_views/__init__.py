"""The views of the simulated database: documented columns, and rows made from the device's `oracle:` state."""
