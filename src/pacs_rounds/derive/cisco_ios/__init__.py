"""Who a Cisco IOS device says it is."""
