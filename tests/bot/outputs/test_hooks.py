"""Show that what a chat watches reaches a webhook: signed, in order, each revision once by its id, whatever fails."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlmodel import select
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.http import GuardedClient, HttpFailure, HttpLimits
from bot.outputs.calls import failed, judge
from bot.outputs.hooks import Hooks
from bot.sandbox.demo import READER
from bot.sandbox.loopback import serving
from storage.chats import find_chat, set_member
from storage.hooks import DueCall, hook_of
from storage.output_tables import HookCall

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
CHILD = Path(__file__).with_name("child.py")
ROOT = CHILD.parent.parent.parent.parent


class Receiver:
    """Take posts: `answers` are the statuses of the next ones, then 204."""

    def __init__(self, answers=()):
        self.answers, self.posts, self.came = list(answers), [], asyncio.Event()
        self.hold = None

    async def take(self, request):
        body = await request.body()
        status = self.answers.pop(0) if self.answers else 204
        self.posts.append((dict(request.headers), body, status))
        self.came.set()
        if self.hold is not None:
            await self.hold.wait()
        return Response(status_code=status, headers={"retry-after": "30"} if status == 503 else {})

    def taken(self):
        """Return (id, story, revision) of each post that was taken."""
        found = []
        for headers, body, status in self.posts:
            data = json.loads(body)["data"]
            if status < 300:
                found.append((headers["webhook-id"], data["story"], data["revision"]))
        return found

    @asynccontextmanager
    async def open(self):
        async with serving(Starlette(routes=[Route("/in", self.take, methods=["POST"])])) as address:
            yield f"{address}/in"


def a_call(*, attempts=0, failures=0):
    return DueCall(
        1, 1, 1, "en", "https://example.org/in", "whsec_AAAA", 5, 1, attempts=attempts, failures=failures, created=NOW, lease_token=1
    )  # fmt: skip


def is_signed(secret, headers, body):
    """Check a call as docs/how-to/outputs.md tells receivers to."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(f"v1,{right}", each) for each in headers["webhook-signature"].split())


@pytest.fixture
async def hooks(talk):
    """Give what posts, allowed to reach this machine as feeds are when their setting says so."""
    client = GuardedClient(limits=HttpLimits(private_hosts=True, total_s=5))
    yield Hooks(talk.store, client, clock=talk.clock, name=talk.here.tocsin.vigil.name)
    await client.close()


@pytest.fixture
async def operated(talk):
    """Give a bot whose reader runs it."""
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    return talk


async def set_hook(talk, url):
    (answer,) = await talk.say(f"/webhook {url}")
    return re.search(r"whsec_\S+", answer)[0]


async def post_all(hooks, talk):
    """Post until nothing waits, letting receivers have their rest."""
    chat = await talk.store.read(find_chat, READER)
    for _ in range(30):
        await hooks.post_due()
        if not (await talk.store.read(hook_of, chat.id)).waiting:
            return
        talk.clock.advance_to(talk.clock.now() + timedelta(seconds=60))


def calls(session):
    return [(row.story_id, row.revision, row.state) for row in session.exec(select(HookCall).order_by(HookCall.id))]


@pytest.mark.slow
async def test_a_receiver_that_fails_first_gets_every_revision_signed_and_in_order(operated, hooks):
    talk, receiver = operated, Receiver([500, 503, 302])
    with structlog.testing.capture_logs() as logged:
        async with receiver.open() as url:
            secret = await set_hook(talk, url)
            await talk.publish(8)
            await post_all(hooks, talk)
    owed = await talk.store.read(calls)
    ids = [number for number, _, _ in receiver.taken()]
    told = json.loads(receiver.posts[0][1])
    first = [headers["webhook-id"] for headers, _, _ in receiver.posts][:4]

    assert len(owed) >= 3
    assert [(story, revision, "sent") for _, story, revision in receiver.taken()] == owed
    assert (len(owed), 1, 3) == (len(set(ids)), len(set(first)), len(receiver.posts) - len(owed))
    assert all(is_signed(secret, headers, body) for headers, body, _ in receiver.posts)
    assert not is_signed("whsec_AAAA", *receiver.posts[0][:2])
    assert ("story.new", 1) == (told["type"], told["data"]["revision"])
    assert {"aes", "goita"} <= {each["id"] for each in told["data"]["entities"]}
    assert any(line["event"] == "hook.failed" for line in logged)
    assert secret not in str(logged)
    assert url not in str(logged)


async def test_the_guard_of_feeds_keeps_calls_off_this_machine():
    receiver, client = Receiver(), GuardedClient()
    async with receiver.open() as url:
        for port in ("", ":8080"):
            with pytest.raises(HttpFailure) as refused:
                await client.post(re.sub(r":\d+", port, url), headers={}, body=b"{}")

            assert "refused-address" == refused.value.kind
        with pytest.raises(HttpFailure, match="port"):
            await client.post(url, headers={}, body=b"{}")
    await client.close()

    assert [] == receiver.posts


@pytest.mark.parametrize(
    ("status", "attempts", "state", "closes", "rests"),
    [
        (200, 0, "sent", False, None), (204, 9, "sent", False, None), (301, 0, "due", False, 2), (500, 7, "due", False, 2),
        (503, 0, "due", False, 90), (429, 50, "due", False, 90), (403, 50, "due", False, 2), (422, 3, "due", False, 2),
        (422, 4, "dropped", False, None), (410, 0, "dropped", True, None),
    ],
)  # fmt: skip
def test_what_follows_from_an_answer_is_a_table(status, attempts, state, closes, rests):
    wait = 90.0 if status in {429, 503} else 0.0
    outcome = judge(a_call(attempts=attempts), status, now=NOW, retry_after_s=wait)

    assert (state, closes, rests and NOW + timedelta(seconds=rests)) == (
        outcome.state, outcome.closes, outcome.not_before,
    )  # fmt: skip


def test_a_receiver_that_is_down_rests_longer_each_time_but_an_hour_at_most():
    rests = [(failed(a_call(failures=n), "x", now=NOW).not_before - NOW).total_seconds() for n in (0, 1, 2, 9, 11, 500)]

    assert [2, 4, 8, 1024, 3600, 3600] == rests


@pytest.mark.slow
async def test_only_who_runs_the_bot_sets_one_and_off_forgets_what_waits(talk):
    refused = await talk.say("/webhook https://example.org/in")
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    await set_hook(talk, "https://example.org/in")
    await talk.publish(3)
    waiting = await talk.store.read(calls)
    (kept,) = await talk.say("/privacy")
    odd = [(await talk.say(f"/webhook {words}"))[0] for words in ("ftp://example.org", "nonsense", "https://")]
    await talk.say("/webhook off")

    assert not any("whsec_" in words for words in refused)
    assert {"Write the address in full: https://example.org/in"} == set(odd)
    assert len(waiting) >= 1
    assert "to example.org" in kept
    assert [] == await talk.store.read(calls)


@pytest.mark.slow
async def test_a_kill_while_a_receiver_works_posts_the_same_id_again_and_loses_nothing(operated, tmp_path):
    talk, receiver = operated, Receiver()
    async with receiver.open() as url:
        await set_hook(talk, url)
        await talk.publish(6)
        path = talk.store.database.path
        receiver.hold = asyncio.Event()
        child = await start(path, talk.clock.now())
        await receiver.came.wait()
        child.kill()
        await child.wait()
        receiver.hold.set()
        killed_at = len(receiver.posts)
        again = await start(path, talk.clock.now() + timedelta(minutes=5))

        assert 0 == await again.wait()
    owed = await talk.store.read(calls)
    ids = [number for number, _, _ in receiver.taken()]

    assert 1 == killed_at
    assert {"sent"} == {state for _, _, state in owed}
    assert (ids[0], len(owed), len(owed) + 1) == (ids[1], len(set(ids)), len(ids))


async def start(path, now):
    words = [str(CHILD), str(path), now.isoformat()]
    return await asyncio.create_subprocess_exec(sys.executable, *words, env=os.environ | {"PYTHONPATH": str(ROOT)})
