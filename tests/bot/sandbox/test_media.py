"""Show that photos, albums and documents meet in the sandbox what they meet at Telegram."""

import pytest
from telegram import InputMediaPhoto
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.sandbox.media import Upload

READER, GROUP = 7, -100
JPEG = bytes.fromhex("ffd8 ffe0 0004 0000 ffc0 0011 08 0140 01e0 03".replace(" ", "")) + bytes(20)


async def test_a_photo_keeps_its_sides_its_caption_and_its_file(bot, png):
    sent = await bot.send_photo(READER, png(640, 360), caption="<b>Chart</b>", parse_mode="HTML")
    again = await (await bot.get_file(sent.photo[0].file_id)).download_as_bytearray()

    assert (640, 360, "Chart", "bold") == (
        sent.photo[0].width,
        sent.photo[0].height,
        sent.caption,
        sent.caption_entities[0].type,
    )
    assert png(640, 360) == bytes(again)


async def test_a_jpeg_is_measured_too(bot):
    sent = await bot.send_photo(READER, JPEG)

    assert (480, 320) == (sent.photo[0].width, sent.photo[0].height)


async def test_a_photo_that_was_uploaded_once_is_sent_again_by_its_id(bot, png):
    first = await bot.send_photo(READER, png(8, 8))
    second = await bot.send_photo(GROUP, first.photo[0].file_id)

    assert first.photo[0].file_unique_id == second.photo[0].file_unique_id


@pytest.mark.parametrize(
    ("photo", "says"),
    [
        (b"no picture at all", "Image_process_failed"),
        ("file-99", "Wrong file identifier/http url specified"),
        (JPEG[:4], "Image_process_failed"),
    ],
)
async def test_what_is_no_photo_is_refused(bot, photo, says):
    with pytest.raises(BadRequest, match=f"(?i){says}"):
        await bot.send_photo(READER, photo)


async def test_a_photo_that_is_too_long_or_too_heavy_is_refused(bot, png):
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(READER, png(1, 21))
    with pytest.raises(NetworkError, match="Too Large"):
        await bot.send_photo(READER, png(4, 4) + bytes(10_000_000))


async def test_a_caption_has_its_own_limit_and_can_be_edited(bot, sandbox, png):
    sandbox.limit(enabled=False)
    sent = await bot.send_photo(READER, png(8, 8), caption="one")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(READER, png(8, 8), caption="x" * 1025)
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("x", chat_id=READER, message_id=sent.message_id)
    edited = await bot.edit_message_caption(READER, sent.message_id, caption="two")

    assert ("two", True) == (edited.caption, bool(edited.photo))


async def test_an_album_is_several_messages_with_one_name(bot, png):
    sent = await bot.send_media_group(READER, [InputMediaPhoto(png(8, 8), caption=word) for word in ("a", "b")])

    assert (["a", "b"], 1) == ([each.caption for each in sent], len({each.media_group_id for each in sent}))
    with pytest.raises(BadRequest, match="2-10"):
        await bot.send_media_group(READER, [InputMediaPhoto(png(8, 8))])


async def test_each_item_of_an_album_counts_as_a_message(bot, png):
    await bot.send_media_group(READER, [InputMediaPhoto(png(8, 8)) for _ in range(3)])

    with pytest.raises(RetryAfter):
        await bot.send_message(READER, "one too many")


async def test_a_document_keeps_its_name(bot):
    sent = await bot.send_document(READER, b"<opml/>", filename="feeds.opml", caption="Your feeds")

    assert ("feeds.opml", 7, "Your feeds") == (sent.document.file_name, sent.document.file_size, sent.caption)
    with pytest.raises(BadRequest, match="non-empty"):
        await bot.send_document(READER, b"", filename="empty")


async def test_a_person_hands_in_a_document_that_the_bot_can_fetch(bot, sandbox):
    sandbox.hand_in(READER, Upload("feeds.opml", "text/x-opml", b"<opml/>"))
    (update,) = await bot.get_updates(timeout=0)
    fetched = await (await bot.get_file(update.message.document.file_id)).download_as_bytearray()

    assert b"<opml/>" == bytes(fetched)
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        await bot.get_file("file-99")


async def test_messages_are_deleted_one_by_one_or_many_at_once(bot, sandbox):
    ids = [(await bot.send_message(READER, word)).message_id for word in "abc"]
    await bot.delete_message(READER, ids[0])
    await bot.delete_messages(READER, [*ids[1:], 999])

    assert [] == sandbox.messages(READER)
    with pytest.raises(BadRequest, match="to delete not found"):
        await bot.delete_message(READER, ids[0])
