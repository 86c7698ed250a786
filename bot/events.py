"""Name every event of the log with its fields and its meaning: the one table, which the site shows.

A log line is an event word plus fields, bound once. While a feed is polled, every line carries `feed`
(its address) and `poll` (feed and try); while a delivery is sent, `delivery`, `kind` and `story`.
"""

from __future__ import annotations

from typing import Final

# event -> (fields of its own, what it means and what to do)
EVENTS: Final[dict[str, tuple[str, str]]] = {
    "alarm.changed": ("raised, over", "Admins were told what went wrong, and what is over."),
    "article.failed": ("url, reason", "The page behind a headline could not be read; its feed's own words are matched."),
    "article.forbidden": ("url", "A robots.txt asks us not to read the page behind a headline; its feed's own words are matched."),
    "articles.cut_short": ("read, wanted", "Reading pages took too long; the rest of the poll's entries is matched by their headlines."),
    "catch_up.opened": ("chats, late", "After an outage, chats get one message in the place of a flood."),
    "chat.closed": ("reason, dropped", "A chat takes no messages any more; what was owed to it was dropped with the reason."),
    "chat.hasty": ("update", "A chat asked more in a minute than it may; it hears nothing until the minute is over."),
    "clock.set_back": ("seconds", "The machine's clock was set back; what waits for a moment waits as much less, so that feeds are asked on time."),
    "delivery.broken": ("exception", "A message could not be made or sent: our bug; it is tried again, then dropped and counted."),
    "delivery.failed": ("result", "Telegram did not take a message; the result says how, and what follows is decided by a table."),
    "delivery.recovered": ("possible_repeats", "Deliveries of a sender that died were taken back; each may come twice and is counted."),
    "encoder.failed": ("reason, in_a_row", "The sentence encoder died or was late; these headlines are placed by their words. After three in a row it is left alone until the next start."),
    "encoder.started": ("pid", "The sentence encoder's process has started."),
    "feed.polled": ("status, state, new", "A feed was asked; its HTTP status, its state from now on, and how many entries were new."),
    "hook.broken": ("hook, exception", "A call of a webhook could not be made: our bug; it is tried again, then dropped."),
    "hook.failed": ("hook, reason", "A webhook's receiver did not take a call; it is posted again later, under the same id."),
    "hook.recovered": ("calls", "Calls of a process that died were taken back; each is posted again under the same id."),
    "invite.refused": ("role", "Somebody came with an invitation that is unknown, used or over."),
    "invite.used": ("role", "Somebody was let in."),
    "job.trouble": ("job, code", "The scheduler missed a moment; the next one makes up for it."),
    "lead.left": ("holder", "This process has stopped talking to Telegram; another may."),
    "lead.taken": ("holder", "This process is now the one that talks to Telegram."),
    "loop.failed": ("loop, exception", "A round of a loop failed: our bug; the next round comes."),
    "loop.postponed": ("loop, reason", "The database is busy, away or full; the loop tries again in five seconds."),
    "loop.stuck": ("loops", "A round does not end; systemd's watchdog will start the process anew."),
    "menu.postponed": ("error", "The command menu could not be set; the next start tries again."),
    "metrics.incomplete": ("reason", "A scrape came while the database was away; its gauges are the last known ones."),
    "pace.slowed": ("rate", "Telegram refused several chats at once; the whole bot sends more slowly for a while."),
    "pane.postponed": ("reason", "The sandbox page could not be brought up to date just now."),
    "picture.failed": ("exception", "A picture could not be drawn: our bug; the message goes out without it."),
    "poll.failed": ("exception", "A poll failed in a way that a feed cannot cause: our bug; the feed is put off as after any failure."),
    "poll.ingested": ("new, matched, owed", "What a poll brought was committed: entries, matches, deliveries owed."),
    "poll.lease_lost": ("", "Another process had taken the feed since; this poll was thrown away whole."),
    "rehearsal.failed": ("exception", "The second bot behind the page failed: our bug; the real one goes on."),
    "restore.decided": ("decision, deliveries", "What a restored backup still owed was sent or dropped, as you said."),
    "restore.undecided": ("held", "What a restored backup still owed waits for `tocsin run --after-restore`."),
    "sight.lost": ("what, since, until", "Nothing could be read or sent for over an hour, or half of the outlets were silent; readers are told."),
    "stranger.ignored": ("update", "Somebody whom nobody let in wrote to a closed bot, and heard nothing."),
    "update.failed": ("update, exception", "A command failed: our bug; it is tried again, then put aside with an apology."),
    "update.unreadable": ("update, error", "Telegram sent something that we cannot read; it was put aside."),
    "updates.unreachable": ("reason, wait_s", "Telegram could not be asked for updates; we wait and ask again."),
    "upkeep.backed_up": ("file", "The nightly copy of a SQLite database was made."),
    "upkeep.pruned": ("rows, slices, longest_ms, …", "What is past its retention was removed, how much of each kind; `longest_ms` is the longest that a slice held the writer."),
    "web.elsewhere": ("reason", "The usual port is taken and nobody chose one; the web side listens on a free one."),
}  # fmt: skip
