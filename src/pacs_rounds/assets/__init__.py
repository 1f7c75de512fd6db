"""The contract's equipment list against what each device says of itself, from a run's own records. No device is asked.

`facts` gathers what a run knows of each device, `reconcile` compares it (pure), `lifecycle` reads the manufacturers'
dates, `show` prints the result.
"""
