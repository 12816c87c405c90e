"""Datasets and runs on the Hugging Face hub."""
