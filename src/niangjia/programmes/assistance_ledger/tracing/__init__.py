"""Tracing: from a question to records and a picture of them; from a released figure to records."""
