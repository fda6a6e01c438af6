"""`set image`: another image for the containers of a workload."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.kit.changing import NEEDS, RIGHTS, WorkloadChange
from bot.actions.kit.pairs import Pairs
from bot.core.bench import Bench
from bot.core.errors import UsageError
from bot.core.images import parse_image
from bot.core.takes import one
from bot.core.wishes import WantedImages


@dataclass(frozen=True, kw_only=True)
class SetImage(
    WorkloadChange,
    Pairs,
    verb="set image",
    takes=one("object"),
    needs=NEEDS,
    rights=RIGHTS,
    examples=("set image deploy/web web=web:debug --for 30m", "set image ds/agent '*=agent:2'"),
):
    """Set the image of a workload's containers, by their names, `*` for each; then follow the rollout.

    Only an image that cdebug may start is set, and by its whole name.
    """

    def wish(self) -> WantedImages:
        return WantedImages(dict(map(_pair, self.pairs or ("",))))

    def resolved(self, bench: Bench) -> WantedImages:
        """Raises Denied for an image that isn't allowed."""
        return WantedImages({name: bench.limits.images.checked(image) for name, image in self.wish().of.items()})


def _pair(text: str) -> tuple[str, str]:
    name, equals, image = text.partition("=")
    if not (name and equals and image):
        raise UsageError(
            "`set image` needs CONTAINER=IMAGE, not", text[:80], hint="Try `set image deploy/web web=web:2`."
        )
    parse_image(image)
    return name, image
