"""Methods that learn from a moving camera."""
