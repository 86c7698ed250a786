"""List the page's words, so that they are translated with all others; the English text is the key."""

from __future__ import annotations

from typing import Final

from bot.texts import texts


def mark(message: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return message


WORDS: Final = (
    mark("Skip to the message box"),
    mark("Chats"),
    mark("Light or dark"),
    mark("You are"),
    mark("Language"),
    mark("A sandbox on this machine: nothing here reaches Telegram."),
    mark("Back to the chats"),
    mark("Pipeline"),
    mark("Messages"),
    mark("To the newest message"),
    mark("Commands"),
    mark("Message"),
    mark("Send a file"),
    mark("Send a file or a place"),
    mark("I am in {city}"),
    mark("Location"),
    mark("Send"),
    mark("Only this channel's admins can write here."),
    mark("Photo"),
    mark("You"),
    mark("To the message that this answers"),
    mark("Show the photo: {words}"),
    mark("Sent without a sound"),
    mark("edited {time}"),
    mark("Answer"),
    mark("Buttons"),
    mark("Copied"),
    mark("Answer to"),
    mark("Do not answer"),
    mark("That did not arrive: {reason}"),
    mark("Close"),
    mark("bot"),
    mark("group"),
    mark("group with topics"),
    mark("channel"),
    mark("you are admin"),
    mark("you are a member"),
    mark("the bot is blocked"),
    mark("The line broke; trying again …"),
    mark("This page is closed. Open the newest link that Tocsin printed in its terminal."),
    mark("admin"),
    mark("member"),
    mark("Sample news"),
    mark("Replay"),
    mark("Next entry"),
    mark("Speed"),
    mark("Entries published"),
    mark("Go on"),
    mark("Pause"),
    mark("{n} of {all} entries published"),
    mark("Feeds read"),
    mark("of {n}"),
    mark("failing: {n}"),
    mark("Entries taken in"),
    mark("Entries matched"),
    mark("Stories"),
    mark("merged copies: {n}"),
    mark("Waiting to be sent"),
    mark("Messages sent"),
    mark("dropped with a reason: {n}"),
    mark("Lost"),
    mark("possible repeats: {n}"),
    mark("oldest: {n} s"),
    mark("held back: {n}"),
    mark("chats waiting as asked: {n}"),
    mark("Break something"),
    mark("Too many requests"),
    mark("The next message will be refused for 5 s."),
    mark("Refuse the next message for 5 s (429)."),
    mark("Unblock the bot"),
    mark("Block the bot"),
    mark("It may not write in this chat."),
    mark("Forbid it to write in this chat (403)."),
    mark("Mend the line"),
    mark("Cut the line"),
    mark("No call of the bot arrives."),
    mark("Let every call of the bot break off."),
    mark("Last polls"),
    mark("read"),
    mark("unchanged"),
    mark("new: {n}, matched: {m}"),
    mark("None yet."),
    mark("General"),
    mark("Nothing yet."),
    mark("new"),
    mark("Hidden; press to show"),
    mark("Show more"),
    mark("Show less"),
)


def words(lang: str) -> dict[str, str]:
    """Return every word of the page in a language."""
    say = texts(lang)
    return {word: say(word) for word in WORDS}
