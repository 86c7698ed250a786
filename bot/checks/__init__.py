"""Examine a set-up, subject by subject; `bot/doctor.py` runs them all."""
