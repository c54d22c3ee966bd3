"""Cross-checks: what does not fit is flagged for a person, never dropped."""
