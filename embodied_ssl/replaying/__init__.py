"""Replaying data: what is stored is simulated again, compared, and shown."""
