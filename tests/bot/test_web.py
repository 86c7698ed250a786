"""Show that the web side is one application out of lists of routes, on the address that was asked for."""

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.config import WebSettings
from bot.errors import UserError
from bot.sandbox.loopback import listen
from bot.web import is_loopback, web_side

FREE = WebSettings(listen="127.0.0.1:0")


async def fetch(address, path):
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.get(path)
    return answer.status_code, answer.text


async def test_health_is_answered_without_any_list_of_routes():
    async with web_side(FREE) as address:
        assert (200, '{"status":"ok"}') == await fetch(address, "/healthz")


async def test_each_subject_hands_in_its_list_of_routes():
    async def pong(_request):
        return PlainTextResponse("pong")

    async with web_side(FREE, [Route("/ping", pong)], [Route("/other", pong)]) as address:
        answers = [await fetch(address, path) for path in ("/ping", "/other", "/none")]

    assert [(200, "pong"), (200, "pong"), (404, "Not Found")] == answers


async def test_a_taken_port_is_one_sentence_with_the_remedy():
    holder = listen("127.0.0.1", 0)
    taken = f"127.0.0.1:{holder.getsockname()[1]}"
    with pytest.raises(UserError) as refusal:
        async with web_side(WebSettings(listen=taken)):
            raise AssertionError("the port was free")
    holder.close()

    assert (
        f"Cannot listen on {taken}: Address already in use. "
        "Stop the program that holds the port, or set TOCSIN_WEB__LISTEN to a free one."
    ) == str(refusal.value)


async def test_where_nobody_chose_an_address_a_second_process_of_this_machine_takes_a_free_port():
    async with web_side(WebSettings(), shared=True) as one, web_side(WebSettings(), shared=True) as other:
        answers = [await fetch(address, "/healthz") for address in (one, other)]

        assert ([200, 200], True) == ([status for status, _ in answers], one != other)


def test_loopback_is_told_from_the_rest():
    assert [True, True, True, False, False] == [
        is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "tocsin.example.org")
    ]
