"""Serve a small Bot API on loopback for demo, tests and a first run."""
