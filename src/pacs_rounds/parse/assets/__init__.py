"""What the records of a run say of one device, as the role asset_register gathered it."""
