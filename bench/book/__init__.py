"""What `bench.books` runs in homes and environments of their own."""
