"""Try a term on the stored archive: only on reports in which a word of it may stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.backtest import Trial, try_term
from matchers.watchlist import Watchlist
from storage.entries import archive_texts
from storage.fulltext import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from matchers.entities import Entity
    from matchers.tuning import Tuning
    from storage.database import Session


def try_in_archive(
    session: Session,
    term: Entity,
    *,
    since: datetime,
    changed: Sequence[Tuning] = (),
    is_late: Callable[[], bool] = lambda: False,
) -> Trial:
    """Return what a term would have found; what the archive knows of words says which reports are worth reading."""
    watchlist, known = Watchlist.compile([term]), vocabulary(session)
    archive = archive_texts(session, since=since, words=watchlist.waking(known))
    trial = try_term(watchlist, archive, changed=changed, is_late=is_late)
    return trial if trial.read else replace(trial, read=len(known))
