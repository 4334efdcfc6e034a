"""What the demonstration's people have to show: invented photographs and sheets of paper."""

from __future__ import annotations

import tempfile
from pathlib import Path

from models.engine import reading
from models.listing import Wanted, page
from models.views import ItemView
from rules.commands import AttachEvidence
from rules.vocabulary import Stage
from tasks.act import act
from tasks.evidence import keep
from tasks.office import Office

MOST = 12
"""Items that are furnished at the beginning: as many as somebody looks at."""

WIDE, HIGH = 960, 640


def furnish(office: Office) -> None:
    """Attach evidence to items that the sample's ledger says are before the supervisor.

    A ledger brings no files, and whoever opens the approvals first is to see what is decided on.
    """
    now = office.clock.now()
    with reading(office.engine) as connection:
        found = page(connection, Wanted((Stage.CLOSURE,)), now, 200).items
    for view in sorted(found, key=lambda one: -one.level)[:MOST]:
        if view.responsible is not None:
            attach(office, view, view.responsible.code)


def attach(office: Office, view: ItemView, person: str) -> None:
    """A photograph and a sheet of paper that say that they are none."""
    with tempfile.TemporaryDirectory() as folder:
        photograph, sheet = Path(folder, "现场照片.jpg"), Path(folder, "整改情况说明.txt")
        _draw(photograph, view.ref)
        sheet.write_text(f"{view.ref} 第{view.round}轮整改情况说明（虚构）\n", encoding="utf-8")
        for file in (photograph, sheet):
            kept = keep(office, file)
            act(office.engine, view.ref, AttachEvidence(**kept._asdict()), person,
                office.clock.now())  # fmt: skip


def _draw(file: Path, ref: str) -> None:
    """A wall with a notice board, another one for every item."""
    from PIL import Image, ImageDraw

    tone = int(ref.rpartition("-")[2]) * 37 % 60
    picture = Image.new("RGB", (WIDE, HIGH), (205 - tone, 214, 190 + tone))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, HIGH - 150, WIDE, HIGH), fill=(150, 140, 128))
    pen.rectangle((180, 90, WIDE - 180, HIGH - 210), fill=(250, 249, 244), outline=(120, 40, 36),
                  width=14)  # fmt: skip
    for line in range(5):
        end = WIDE - 260 - (ord(ref[-1]) * (line + 3) * 29) % 220
        pen.line((250, 210 + 40 * line, end, 210 + 40 * line), fill=(120, 120, 120), width=9)
    pen.text((250, 130), f"{ref}  SAMPLE", fill=(120, 40, 36), font_size=40)
    picture.save(file, quality=85)
