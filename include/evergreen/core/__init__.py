"""What every room may use: errors, settings, the clock and digests."""
