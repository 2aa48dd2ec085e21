"""What people say. No JSON, no HTTP, no clock, no await."""
