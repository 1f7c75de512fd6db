"""IBM's Integrated Management Module (IMM1 and IMM2), read by SNMP: IMM-MIB, 1.3.6.1.4.1.2.3.51.3."""
