"""Rounds: collect, judge, seal and report the state of an imaging data centre."""
