"""What is known before a job is sent, and what may hold it while it runs."""
