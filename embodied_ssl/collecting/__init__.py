"""Collecting data: worlds in, shards out."""
