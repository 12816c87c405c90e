"""What `import embodied_ssl` offers to a program: trained models, datasets, worlds."""
