"""Answer the commands and buttons of a chat."""
