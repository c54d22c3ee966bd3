"""What the pages of the assistance ledger show, prepared from what selectors found."""
