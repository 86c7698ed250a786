"""Decide, purely: text in, decisions out."""
