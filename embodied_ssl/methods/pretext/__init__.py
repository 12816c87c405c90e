"""Pretext tasks on images."""
