"""Who a Catalyst with CatOS says it is."""
