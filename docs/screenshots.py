"""Draws the pictures of the README: the console over the invented campaign, as each user sees it.

Run it with ``make pictures``; it needs a Chromium. The campaign stands on a fixed day, so that a
picture changes only when a page does. Each is kept small: fewer colours, as pages have few.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cli.demo_scene import hurried, sample_campaign  # noqa: E402
from cli.demo_users import tryouts  # noqa: E402
from config.calendars import calendar_for  # noqa: E402
from config.clock import ManualClock  # noqa: E402
from config.profiles import load_profile  # noqa: E402
from config.settings import Settings  # noqa: E402
from ledgers.mapping_files import load_mapping  # noqa: E402
from models.engine import open_engine  # noqa: E402
from sample.build import path, write_ledger  # noqa: E402
from tasks.act import fire_due  # noqa: E402
from tasks.founding import found  # noqa: E402
from tasks.office import Office  # noqa: E402
from tasks.registering import import_ledger  # noqa: E402
from tasks.roster import load_roster  # noqa: E402
from web.server import WebServer  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
BEGAN = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
"""A Monday morning in the campaign's zone."""
DAYS = 8
"""Days that pass before the pictures are drawn."""
MOST = 150_000
"""Octets of a picture at most."""
DESK, PHONE = (1280, 860), (390, 844)


class Picture(NamedTuple):
    """One picture: its file, whose window, and which page."""

    name: str
    who: str
    path: str
    lang: str = "zh-CN"
    size: tuple[int, int] = DESK
    scheme: str = "light"


COORDINATOR, SUPERVISOR = "city-office-c1", "city-office-s1"
RESPONSIBLE, LEADER = "city-justice-r2", "city-justice-l1"

PICTURES = (
    Picture("sign-in.zh", "", "/login"),
    Picture("my-work.zh", COORDINATOR, "/mine"),
    Picture("my-work.en", COORDINATOR, "/mine", "en"),
    Picture("board.zh", COORDINATOR, "/board"),
    Picture("board.en", COORDINATOR, "/board", "en"),
    Picture("item.zh", COORDINATOR, "item"),
    Picture("item.en", COORDINATOR, "item", "en"),
    Picture("item-phone.zh", RESPONSIBLE, "own", size=PHONE),
    Picture("item-dark.zh", COORDINATOR, "item", scheme="dark"),
    Picture("launch.zh", COORDINATOR, "/launch"),
    Picture("approvals.zh", SUPERVISOR, "/approvals"),
    Picture("approvals.en", SUPERVISOR, "/approvals", "en"),
    Picture("overview.zh", SUPERVISOR, "/overview"),
    Picture("overview.en", SUPERVISOR, "/overview", "en"),
    Picture("administration.zh", COORDINATOR, "/admin"),
)


def stocked(home: Path, url: str) -> Office:
    """The invented campaign, some days old."""
    campaign = sample_campaign()
    policy = hurried(load_profile(campaign.profile))
    clock = ManualClock(BEGAN)
    settings = Settings(home=home, public_url=url, profile=campaign.profile)
    office = Office(settings, open_engine(settings.database), clock)
    found(office.engine, policy, BEGAN, code=campaign.code, title=campaign.title)
    load_roster(office.engine, path("units.csv"), path("people.csv"))
    file = home / "ledger.csv"
    write_ledger(file, calendar_for(policy).day_of(BEGAN))
    import_ledger(office.engine, file, load_mapping(campaign.mapping), BEGAN)
    for _ in range(DAYS):
        clock.advance(timedelta(days=1))
        while fire_due(office.engine, clock.now()).fired:
            pass
    return office


@contextmanager
def browser() -> Iterator[Any]:
    """The Chromium of this machine."""
    from playwright.sync_api import sync_playwright

    known = ("chromium", "chromium-browser", "google-chrome")
    there = next(filter(None, map(shutil.which, known)), None)
    if there is None:
        raise SystemExit("A Chromium is needed: chromium, chromium-browser or google-chrome.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=there, args=["--no-sandbox"])
        yield started
        started.close()


def window(chromium: Any, url: str, picture: Picture) -> Any:
    """A window as the picture wants it, signed in by one click."""
    width, height = picture.size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale=picture.lang,
        color_scheme=picture.scheme, reduced_motion="reduce",
    )  # fmt: skip
    context.add_cookies([{"name": "rectiflow-lang", "value": picture.lang, "url": url}])
    page = context.new_page()
    if picture.who:
        page.goto(f"{url}/login")
        page.click(f'form:has(input[value="{picture.who}"]) button')
        page.wait_for_url(lambda where: "/login" not in where)
    return page


def small(png: bytes) -> bytes:
    """The picture with as many colours as fit."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32, 16):
        out = io.BytesIO()
        fewer = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        fewer.save(out, "PNG", optimize=True)
        if out.tell() <= MOST:
            return out.getvalue()
    raise SystemExit("A picture is too large.")


def place(page: Any, url: str, picture: Picture) -> str:
    """The address: of a page, or of the item that hurts most on the board or among one's own."""
    if picture.path.startswith("/"):
        return f"{url}{picture.path}"
    page.goto(f"{url}{'/mine' if picture.path == 'own' else '/board?light=red'}")
    link = page.locator('main a[href^="/items/"]').first
    return f"{url}{link.get_attribute('href')}"


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        web = WebServer("127.0.0.1", 0)
        office = stocked(Path(folder), web.url)
        web.start(office, tryouts(office))
        try:
            for picture in PICTURES:
                if wanted and picture.name not in wanted:
                    continue
                page = window(chromium, web.url, picture)
                page.goto(place(page, web.url, picture), wait_until="load")
                page.wait_for_timeout(700)  # charts are drawn after the page
                drawn = small(page.screenshot())
                (FOLDER / f"{picture.name}.png").write_bytes(drawn)
                print(f"{picture.name}.png: {len(drawn) // 1000} kB")  # noqa: T201
                page.context.close()
        finally:
            web.stop()
            office.engine.dispose()


if __name__ == "__main__":
    main()
