"""The asyncio SDK for the Nexmo (Vonage) Messages and Workflows APIs."""
