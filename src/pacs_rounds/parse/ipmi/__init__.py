"""What ipmitool and FreeIPMI print about a management controller."""
