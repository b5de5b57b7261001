"""What a run does step by step: a cell through its protocol, or a verification problem under its load."""
