"""Who a Fabric OS switch is."""
