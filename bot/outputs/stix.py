"""Write matched entries as a STIX 2.1 bundle: report, identity, location, sighting; stix2 checks each.

outlet, entity → identity │ place → location │ story → report │ entity seen by an outlet → sighting

Ids are made of what they stand for (UUID version 5), so that two exports of a period are the same
objects. Nothing is asserted of who did what: an entity is an identity, whatever it is called elsewhere.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from bot.catalogue import load_gazetteer
from bot.delivery.render import safe_url
from matchers.entities import EntityKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from matchers.entities import Entity
    from matchers.places import Place
    from storage.exports import Exported

    Known = Callable[[str], Entity | None]

# Any fixed id of our own will do; changing it would rename every object ever exported.
_NAMESPACE: Final = uuid.UUID("8b0a4f0e-3d1c-5c57-9d6a-6f6b2f3d7a11")
_CLASSES: Final = {
    EntityKind.PERSON: "individual",
    EntityKind.GROUP: "group",
    EntityKind.ALLIANCE: "group",
    EntityKind.INSTITUTION: "organization",
    EntityKind.FORCE: "organization",
}


def bundle(entries: Iterable[Exported], *, known: Known, now: datetime) -> str:
    """Return a bundle as JSON; `known` gives an entity by its id, `now` stamps what has no time of its own."""
    import stix2

    writer = _Writer(stix2, known=known, now=now)
    stories: dict[int, list[Exported]] = defaultdict(list)
    for each in entries:
        stories[each.story or -each.entry.id].append(each)
    for story, told in stories.items():
        writer.report(story, told)
    writer.sightings()
    objects = sorted(writer.objects.values(), key=lambda each: each["id"])
    written: str = stix2.Bundle(*objects, id=_id("bundle", ",".join(writer.objects))).serialize(pretty=True)
    return written


def _id(kind: str, name: str) -> str:
    return f"{kind}--{uuid.uuid5(_NAMESPACE, f'{kind}:{name}')}"


class _Writer:
    """Collect objects, each once."""

    def __init__(self, stix2: Any, *, known: Known, now: datetime) -> None:
        self.objects: dict[str, Any] = {}
        self._stix2 = stix2
        self._known = known
        self._now = now
        self._seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        self._us = self._put("Identity", key="tocsin", name="Tocsin", identity_class="system")

    def _put(self, maker: str, *, key: str, **fields: Any) -> str:
        number = _id(maker.lower(), key)
        if number not in self.objects:
            stamped = {"created": self._now, "modified": self._now} | fields
            self.objects[number] = getattr(self._stix2, maker)(id=number, **stamped)
        return number

    def report(self, story: int, told: Sequence[Exported]) -> None:
        """Write a story with everything that it names; its reports are its external references."""
        first = told[0].entry
        refs = {self._entity(match.entity) for each in told for match in each.matches}
        refs |= {self._location(place) for each in told for place in _places(each)}
        links = [
            self._stix2.ExternalReference(source_name=each.entry.outlet.name, url=url, description=each.entry.title)
            for each in told
            if (url := safe_url(each.entry.url))
        ]
        for each in told:
            outlet = self._outlet(each)
            for match in each.matches:
                self._seen[self._entity(match.entity), outlet].append(each.entry.first_seen)
        self._put("Report", key=f"story:{story}",
            name=first.title or first.url, published=first.first_seen, created=first.first_seen,
            modified=max(each.entry.first_seen for each in told), report_types=["observed-data"],
            created_by_ref=self._us, object_refs=sorted(refs), **({"external_references": links} if links else {}),
        )  # fmt: skip

    def sightings(self) -> None:
        """Write how often each outlet named each entity."""
        for (entity, outlet), moments in sorted(self._seen.items()):
            self._put("Sighting", key=f"{entity}:{outlet}:{min(moments)}:{max(moments)}",
                sighting_of_ref=entity, where_sighted_refs=[outlet], count=len(moments),
                first_seen=min(moments), last_seen=max(moments), created_by_ref=self._us,
            )  # fmt: skip

    def _entity(self, entity: str) -> str:
        found = self._known(entity)
        kind = _CLASSES.get(found.kind, "unknown") if found else "unknown"
        return self._put("Identity", key=f"entity:{entity}",
            name=found.name if found else entity, identity_class=kind, created_by_ref=self._us,
        )  # fmt: skip

    def _outlet(self, each: Exported) -> str:
        outlet = each.entry.outlet
        return self._put("Identity", key=f"outlet:{outlet.key}",
            name=outlet.name, identity_class="organization", sectors=["communications"], created_by_ref=self._us,
        )  # fmt: skip

    def _location(self, place: Place) -> str:
        return self._put("Location", key=place.id,
            name=place.name, country=place.country, latitude=place.lat, longitude=place.lon, created_by_ref=self._us,
        )  # fmt: skip


def _places(each: Exported) -> tuple[Place, ...]:
    return load_gazetteer().find(f"{each.entry.title}\n{each.entry.summary}")
