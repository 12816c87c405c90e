"""Methods that learn from a slower copy of themselves, or from statistics of features alone."""
