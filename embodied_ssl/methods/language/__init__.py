"""Methods that learn from images and the words beside them."""
