"""Advance in time: predictor, step, error control, events of the protocol, balances."""
