"""Say when, where from and to whom: feeds, the clock, Telegram, the command line."""
