"""What the Catalyst checks conclude from the parsed answers. `common` holds what several topics share."""
