"""The hospital in a box: simulated devices on loopback, described by data.

`control.up`, `control.down` and `control.status` are its switches; `python -m pacs_rounds.lab serve` is the process
behind them. How to add a kind of device: `kinds.py`.
"""
