"""Reads of the donations programme, scoped to the actor."""
