"""What a job has done, written ahead of what it does."""
