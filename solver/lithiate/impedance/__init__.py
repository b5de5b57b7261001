"""Impedance: the response of a state of a run to a small alternating current."""
