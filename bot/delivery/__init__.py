"""Render, pace and send what is owed to chats."""
