"""Cabling: what is documented, what is observed, and proof for each cable.

`register` reads and checks inventories/<site>/cabling/, `rules` judges it, `trace` follows a path through panels,
`views` turns a round's parsed answers into what each device saw, `grade` compares both, `sheets` and `netbox` carry the
register to and from spreadsheets and NetBox, `paper/` prints it. Nothing here talks to a device.
"""
