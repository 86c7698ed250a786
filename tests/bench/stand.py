"""Serve thousands of feeds on loopback, each on an address of its own, for benches: python -m tests.bench.stand PORT [sahel].

Feed n lives at http://127.A.B.C:PORT/feed/n. GET /turn on any address begins the next round: every second feed
then has one new entry, the others answer 304 to who asks with the right validator. One in a hundred is broken XML
with entries in it, as in real life; all close the connection, as ten thousand different hosts would. With `sahel`, every
fifth entry tells an event of what is watched, in its own words, in three feeds each.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ENTRIES = 20
START = datetime.now(UTC) - timedelta(hours=2)
TEXT = """
les habitants du cercle racontent que la route du nord reste fermée depuis mardi et que les vivres manquent au marché où
le mil se vend deux fois plus cher qu'avant la saison des pluies tandis que les élus demandent une escorte pour les camions
qui viennent de la frontière et que le gouverneur promet une réponse avant la fin de la semaine
"""
WORDS = TEXT.split()
# So many feeds in a row tell the same events, each in its own way; the last word names the event.
TELLERS = 3
TOWNS = (
    "Gao",
    "Kidal",
    "Tombouctou",
    "Mopti",
    "Ménaka",
    "Djibo",
    "Dori",
    "Kaya",
    "Tillabéri",
    "Téra",
    "Ansongo",
    "Bandiagara",
)
GROUPS = ("JNIM", "GSIM", "EIGS", "Front de libération de l'Azawad")
TOLD = (
    "{group} : {toll} morts dans l'attaque du village de {village} près de {town}, {event}",
    "Près de {town}, le village de {village} attaqué par le {group}, {toll} morts, {event}",
    "{town} : {toll} personnes tuées à {village}, l'attaque attribuée au {group}, {event}",
)


def address(number, port):
    return f"http://127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}:{port}/feed/{number}"


def event_of(number, place):
    """Return how one feed tells the event at a place of its list: the same event in all of its tellers' feeds."""
    mark = hashlib.sha256(f"{number // TELLERS} {place}".encode()).hexdigest()
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in mark[:16])
    return TOLD[number % TELLERS].format(
        group=GROUPS[int(mark[0], 16) % len(GROUPS)], town=TOWNS[int(mark[1:4], 16) % len(TOWNS)], event=letters[8:],
        toll=2 + int(mark[4:6], 16) % 60, village=letters[:8].capitalize(),
    )  # fmt: skip


class Stand:
    def __init__(self, *, sahel=False):
        self.sahel = sahel
        self.turn = 0
        self.asked = self.unchanged = 0
        self.gzipped = {}

    def version(self, number):
        return self.turn if number % 2 else 0

    def item(self, number, place):
        words = [WORDS[(number * 7 + place * 13 + n) % len(WORDS)] for n in range(90)]
        link = f"https://example.org/{number}/{place}"
        body = "".join(
            f'<p style="text-align: justify;"><span class="dropcap">{words[n]}</span> {" ".join(words[n : n + 30])} '
            f'<a href="{link}#{n}" rel="nofollow"><strong>{words[n]}</strong></a><br/></p>'
            f'<figure><img src="{link}-{n}.jpg" alt="" width="640" height="360"/></figure>'
            for n in (0, 10, 20, 30, 40, 50)
        )
        when = format_datetime(START + timedelta(minutes=place + (90 if self.sahel else 0)))
        title = event_of(number, place) if self.sahel and place % 5 == 0 else f"{' '.join(words[:9])} {number} {place}"
        return (
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{when}</pubDate><dc:creator><![CDATA[Rédaction]]></dc:creator><category>{words[9]}</category>"
            f"<category>{words[10]}</category><description><![CDATA[<p>{' '.join(words[:45])} [&#8230;]</p>]]></description>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded><slash:comments>0</slash:comments></item>"
        )

    def body(self, number):
        version = self.version(number)
        newest = range(version + ENTRIES - 1, version - 1, -1)
        items = "".join(self.item(number, place) for place in newest)
        end = "" if number % 100 == 99 else "</channel></rss>"
        return gzip.compress(
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
            f"<channel><title>Le fil {number}</title>"
            f"<link>https://example.org/</link><language>fr</language>{items}{end}".encode(),
            compresslevel=1,
        )

    def answer(self, head):
        path = head.split(b" ", 2)[1].decode()
        if path == "/turn":
            self.turn += 1
            return b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        number = int(path.rpartition("/")[2])
        etag = f'"{number}-{self.version(number)}"'
        self.asked += 1
        if f"if-none-match: {etag}".encode() in head.lower():
            self.unchanged += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\nConnection: close\r\n\r\n".encode()
        key = (number, self.version(number))
        if key not in self.gzipped:
            self.gzipped[key] = self.body(number)
        body = self.gzipped[key]
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: {etag}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )

    async def handle(self, reader, writer):
        try:
            writer.write(self.answer(await reader.readuntil(b"\r\n\r\n")))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass


async def main():
    stand = Stand(sahel="sahel" in sys.argv)
    server = await asyncio.start_server(stand.handle, "0.0.0.0", int(sys.argv[1]), backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
