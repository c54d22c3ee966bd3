"""Parts of the desk's pages, made without lookups inside loops."""
