"""Donations across rooms."""
