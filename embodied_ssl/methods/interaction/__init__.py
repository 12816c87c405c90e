"""Methods that learn from interactions with objects."""
