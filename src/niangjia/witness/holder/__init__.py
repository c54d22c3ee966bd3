"""The key of the pseudonyms, kept by one department apart from the platform."""
