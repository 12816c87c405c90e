"""The training loop, its settings and what it leaves on disk."""
