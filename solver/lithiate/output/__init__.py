"""What a run leaves behind: history, fields, summary, provenance and log."""
