"""Show what the guarded client reads, and what it refuses to be led to."""

import asyncio
import gzip
import socket
import zlib
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpcore
import pytest
from httpcore._backends.auto import AutoBackend

from bot.addresses import is_public
from bot.http import GuardedClient, HttpFailure, HttpLimits, user_agent

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1",
    "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1", "fec0::1", "100::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8"]
SPELLINGS = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/",
    "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://localhost/",
    "http://user:word@127.0.0.1/", "http://①②⑦.0.0.1/", "http://127.0.0.1./", "http://10.0.0.1/", "http://169.254.169.254/",
    "http://[fe80::1]/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.64.0.1/",
    "http://0.0.0.0/", "http://224.0.0.1/",
    # as many forms as people have thought of
    "http://127.0.1/", "http://0x7f.0x0.0x0.0x1/", "http://0177.0.0.1/", "http://0177.0.0.01/", "http://0x7f000001:8080/",
    "http://127.0.0.1:443/", "https://127.0.0.1/", "https://localhost:8443/", "http://LOCALHOST/", "http://localhost./",
    "http://127。0。0。1/", "http://１２７.0.0.1/", "http://127.0.0.1%00.example.org/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[fe80::1%25lo]/",
    "http://[fc00::1]/", "http://[fec0::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[100::1]/",
    "http://[64:ff9b:1::a00:1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://[2001:0:7f00:1::]/",
    "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://10.1/", "http://0xa9fea9fe/",
    "http://2852039166/", "http://025177524776/", "http://169.254.169.254.:80/", "http://198.18.0.1/", "http://192.0.2.1/",
    "http://203.0.113.7/", "http://240.0.0.1/", "http://255.255.255.255/", "http://100.127.255.254/",
    "http://user@localhost/", "http://example.org@127.0.0.1/", "http://127.0.0.1#@example.org/", "http://127.0.0.1?@example.org/",
    "http://127.0.0.1\\@example.org/", "http:///127.0.0.1/", "http://127.0.0.1:22/", "gopher://127.0.0.1/", "file:///etc/passwd",
]  # fmt: skip


@asynccontextmanager
async def serving(answer):
    """Answer each connection with raw bytes, or let a coroutine write them."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await answer(reader, writer) if callable(answer) else writer.write(answer)
        try:
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            pass

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"


@pytest.fixture
async def client():
    opened = GuardedClient(
        contact="https://example.org", limits=HttpLimits(private_hosts=True, most_bytes=100_000, total_s=5)
    )
    yield opened
    await opened.close()


@pytest.fixture
async def guarded():
    opened = GuardedClient(limits=HttpLimits(total_s=5, ports=frozenset(range(1, 65_536))))
    yield opened
    await opened.close()


def response(body=b"", status="200 OK", **headers):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{lines}\r\n".encode() + body


async def kind_of(client, url):
    with pytest.raises(HttpFailure) as caught:
        await client.get(url, headers={})
    return caught.value.kind


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_somebodys_walls_is_public(address):
    assert is_public(address) is False


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address) is True


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_spelling_of_a_private_address_is_connected_to(guarded, url):
    assert await kind_of(guarded, url) in {"refused-address", "bad-url", "dns"}


def test_the_table_of_refused_forms_is_long():
    assert len(PRIVATE) >= 40
    assert len(set(SPELLINGS)) >= 60


@pytest.mark.parametrize("url", SPELLINGS[::3])
async def test_no_spelling_is_followed_in_a_redirect(guarded, url):
    async with serving(response(status="301 Moved", Location=quote(url, safe=":/?#[]@%"))) as here:
        guarded.allow(here.split("/")[2])

        assert await kind_of(guarded, here) in {"refused-address", "bad-url", "dns", "downgrade", "broken-answer"}


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["64:ff9b::7f00:1"], ["::ffff:10.0.0.1"]]
)
async def test_a_name_that_leads_to_a_private_address_is_refused(guarded, monkeypatch, addresses):
    """Also one of several addresses, and one that a second look-up gives after the first was checked."""
    asked = []

    async def look_up(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)

    assert "refused-address" == await kind_of(guarded, "http://feeds.example.org/")
    assert ["feeds.example.org"] == asked


async def test_what_is_connected_to_is_the_address_that_was_checked(guarded, monkeypatch):
    asked, connected = [], []

    async def look_up(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    async def connect(self, host, port, **_options):
        connected.append(host)
        raise httpcore.ConnectError("seen enough")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    monkeypatch.setattr(AutoBackend, "connect_tcp", connect)
    failed = await kind_of(guarded, "http://feeds.example.org/")

    assert ("connect", ["feeds.example.org"], ["93.184.216.34"]) == (failed, asked, connected)


async def test_a_redirect_to_a_private_address_is_refused(guarded):
    async with serving(response(status="302 Found", Location="http://10.0.0.1/")) as url:
        guarded.allow(url.split("/")[2])

        assert "refused-address" == await kind_of(guarded, url)


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "http://", "http://example.org:99999/"])
async def test_only_web_addresses_are_read(client, url):
    assert "bad-url" == await kind_of(client, url)


async def test_a_port_that_no_feed_uses_is_refused():
    opened = GuardedClient()

    assert "refused-address" == await kind_of(opened, "http://example.org:22/")
    await opened.close()


async def test_a_body_is_read_and_inflated(client):
    async with serving(response(gzip.compress(b"<rss/>"), Content_Encoding="gzip", ETag='"x"')) as url:
        reply = await client.get(url, headers={})

    assert (200, b"<rss/>", '"x"') == (reply.status, reply.body, reply.headers["etag"])


async def test_what_is_sent_is_truthful_and_carries_no_cookie():
    seen = []

    async def answer(_reader, writer):
        writer.write(response(b"x", Set_Cookie="a=b"))

    async def handle(reader, writer):
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        await answer(reader, writer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    opened = GuardedClient(contact="https://example.org", limits=HttpLimits(private_hosts=True))
    for _ in range(2):
        await opened.get(url, headers={"If-None-Match": 'W/"1"'})
    await opened.close()
    server.close()
    await server.wait_closed()

    assert [True, True, True, False, False] == [
        words in seen[1] for words in ("tocsin/", "https://example.org", 'if-none-match: w/"1"', "cookie:", "referer:")
    ]
    assert "accept-encoding: gzip\r\n" in seen[0]


def test_the_user_agent_names_the_program_even_without_a_contact():
    assert user_agent("").startswith("Tocsin/")


async def test_a_bomb_is_cut_at_the_cap(client):
    async with serving(response(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")) as url:
        assert "too-big" == await kind_of(client, url)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
async def test_an_encoding_that_was_not_asked_for_is_refused(client, encoding):
    body = zlib.compress(b"x") if "gzip" not in encoding else gzip.compress(gzip.compress(b"x"))
    async with serving(response(body, Content_Encoding=encoding)) as url:
        assert "bad-encoding" == await kind_of(client, url)


async def test_a_body_that_is_no_gzip_is_named(client):
    async with serving(response(b"plain", Content_Encoding="gzip")) as url:
        assert "bad-encoding" == await kind_of(client, url)


async def test_an_endless_body_is_cut(client):
    async def pour(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            writer.write(b"x" * 65_536)

    async with serving(pour) as url:
        assert "too-big" == await kind_of(client, url)


async def test_a_drip_is_cut_by_the_total_deadline():
    opened = GuardedClient(limits=HttpLimits(private_hosts=True, total_s=0.3))
    released = asyncio.Event()

    async def drip(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        await writer.drain()
        await released.wait()

    async with serving(drip) as url:
        assert "timeout" == await kind_of(opened, url)
        released.set()
    await opened.close()


async def test_a_loop_of_redirects_ends(client):
    async with serving(response(status="302 Found", Location="/feed")) as url:
        assert "redirects" == await kind_of(client, url)


async def test_a_redirect_to_what_is_no_address_is_a_failure_with_a_name(client):
    async with serving(response(status="302 Found", Location="https://e]x.org/")) as url:
        assert "bad-url" == await kind_of(client, url)


async def test_a_permanent_redirect_is_told_and_a_temporary_one_is_not(client):
    async with serving(response(b"here")) as target:
        async with serving(response(status="301 Moved", Location=target)) as moved:
            permanent = await client.get(moved, headers={})
        async with serving(response(status="302 Found", Location=target)) as found:
            temporary = await client.get(found, headers={})

    assert (target, "", target) == (permanent.moved_to, temporary.moved_to, temporary.url)


async def test_a_reset_and_nobody_at_home_are_failures_with_a_name(client):
    async def reset(_reader, writer):
        writer.transport.abort()

    async with serving(reset) as url:
        broken = await kind_of(client, url)
    gone = await kind_of(client, url)
    unknown = await kind_of(GuardedClient(limits=HttpLimits(total_s=15)), "http://no-such-host.invalid/")

    assert ("broken-answer", "connect", "dns") == (broken, gone, unknown)


async def test_a_proxy_is_used_and_the_target_still_guarded():
    asked = []

    async def handle(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].decode())
        writer.write(response(b"by proxy"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    opened = GuardedClient(proxy=proxy)
    reply = await opened.get("http://93.184.216.34/feed", headers={})
    refused = await kind_of(opened, "http://10.0.0.1/")
    await opened.close()
    server.close()
    await server.wait_closed()

    assert (b"by proxy", "refused-address", ["GET http://93.184.216.34/feed HTTP/1.1"]) == (reply.body, refused, asked)


async def socks(reader, writer, asked):
    """Play a SOCKS5 proxy (RFC 1928) that answers by itself for whatever host is wanted."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    _, _, _, kind = await reader.readexactly(4)
    size = 4 if kind == 1 else (await reader.readexactly(1))[0]
    host = await reader.readexactly(size)
    port = int.from_bytes(await reader.readexactly(2))
    asked.append((host.decode() if kind == 3 else ".".join(map(str, host)), port))
    writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(response(b"by socks"))
    await writer.drain()
    writer.close()


async def test_a_socks_proxy_is_used_and_the_target_still_guarded():
    asked = []
    server = await asyncio.start_server(lambda reader, writer: socks(reader, writer, asked), "127.0.0.1", 0)
    opened = GuardedClient(proxy=f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    reply = await opened.get("http://93.184.216.34/feed", headers={})
    refused = [await kind_of(opened, url) for url in ("http://10.0.0.1/", "http://[::1]/", "http://localhost/")]
    await opened.close()
    server.close()
    await server.wait_closed()

    assert (b"by socks", [("93.184.216.34", 80)]) == (reply.body, asked)
    assert ["refused-address"] * 3 == refused


async def test_a_body_of_several_gzip_members_is_read_whole(client):
    body = gzip.compress(b"<rss>") + gzip.compress(b"</rss>")
    async with serving(response(body, Content_Encoding="gzip")) as url:
        assert b"<rss></rss>" == (await client.get(url, headers={})).body
