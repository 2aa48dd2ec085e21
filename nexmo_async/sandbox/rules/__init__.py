"""What the real API accepts, as tables on raw JSON: one file for each channel."""
