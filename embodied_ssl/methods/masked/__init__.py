"""Methods that reconstruct what is masked."""
