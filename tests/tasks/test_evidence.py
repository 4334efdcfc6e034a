"""Evidence comes in whole or not at all, in a folder and in a bucket, on both databases."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from models import evidence_files
from models.engine import reading
from rules.errors import InputError, Refused, Unavailable
from tasks.evidence import Kept, Upload, content, intact, keep
from tasks.files.draft import ABANDONED_SECONDS, Draft
from tasks.files.storage import CHUNK, Stored, open_store, place_of
from tasks.office import Office
from tests.buckets import bucket
from tests.buckets import s3 as s3
from tests.conftest import MONDAY
from tests.house.reading import ROOT
from tests.tasks import exhibits as made


def office_of(settings: Settings, engine: Engine) -> Office:
    """An office with these settings, on this database."""
    return Office(settings, engine, ManualClock(MONDAY))


@pytest.fixture(params=["folder", "bucket"])
def office(request: pytest.FixtureRequest, tmp_path: Path, store: Engine) -> Office:
    """An office with each kind of store, on each kind of database."""
    home = tmp_path / "home"
    if request.param == "folder":
        return office_of(Settings(home=home), store)
    return office_of(bucket(request.getfixturevalue("s3"), home), store)


@pytest.fixture
def local(tmp_path: Path, store: Engine) -> Office:
    """An office whose files lie in a folder."""
    return office_of(Settings(home=tmp_path / "home"), store)


def written(tmp_path: Path, content: bytes, name: str = "照片.jpg") -> Path:
    """A file to attach."""
    file = tmp_path / name
    file.write_bytes(content)
    return file


def files(office: Office) -> list[Path]:
    """Everything on the local disk below the store's folder."""
    return [path for path in office.settings.evidence_folder.rglob("*") if path.is_file()]


def known(office: Office, sha256: str) -> evidence_files.FileFacts | None:
    """What the database knows of a file."""
    with reading(office.engine) as connection:
        return evidence_files.known(connection, [sha256]).get(sha256)


def lines(size: int) -> bytes:
    """A text of this many bytes."""
    return (b"done and done again\n" * (size // 20 + 1))[:size]


@pytest.mark.parametrize("size", [1, CHUNK + 1, 9_000_000])
def test_a_file_of_any_size_is_kept_whole_under_its_digest(
    tmp_path: Path, office: Office, size: int
) -> None:
    content_ = lines(size)
    digest = hashlib.sha256(content_).hexdigest()
    assert keep(office, written(tmp_path, content_)) == Kept(digest, "照片.jpg", size)
    assert b"".join(content(office.settings, digest)) == content_
    stored = open_store(office.settings)
    assert intact(stored, digest) is True
    assert list(stored.everything()) == [Stored(digest, size)]
    assert [file for file in files(office) if file.name.startswith(".")] == []
    facts = known(office, digest)
    assert facts is not None
    assert (facts.media_type, facts.size) == ("text/plain", size)


def test_a_photo_is_kept_beside_its_small_picture_and_what_was_found_is_noted(
    tmp_path: Path, office: Office
) -> None:
    kept = keep(office, written(tmp_path, made.photo("2026:10:01 08:30:00", place=True), "a.txt"))
    facts = known(office, kept.sha256)
    assert facts is not None
    assert (facts.media_type, facts.width, facts.height) == ("image/jpeg", 40, 20)
    assert (facts.made, facts.place) == ("2026-10-01T08:30:00", True)
    small = b"".join(content(office.settings, facts.thumbnail))
    assert small.startswith(b"\xff\xd8")
    assert hashlib.sha256(small).hexdigest() == facts.thumbnail


def test_the_same_content_is_kept_once_whatever_it_is_called(
    tmp_path: Path, office: Office
) -> None:
    first = keep(office, written(tmp_path, b"twice the same", "a.jpg"))
    second = keep(office, written(tmp_path, b"twice the same", "b.jpg"))
    assert (first.sha256, first.filename, second.filename) == (second.sha256, "a.jpg", "b.jpg")
    assert len(list(open_store(office.settings).everything())) == 1


def test_the_same_file_from_many_at_once_is_kept_once_and_whole(
    tmp_path: Path, office: Office
) -> None:
    file = written(tmp_path, made.photo())
    with ThreadPoolExecutor(4) as pool:
        kept = set(pool.map(lambda _: keep(office, file), range(4)))
    (one,) = kept
    assert intact(open_store(office.settings), one.sha256) is True
    assert known(office, one.sha256) is not None
    assert len(list(open_store(office.settings).everything())) == 2, "it and its small picture"
    assert [path for path in files(office) if path.name.startswith(".")] == []


def test_a_file_that_is_refused_leaves_nothing(tmp_path: Path, office: Office) -> None:
    for content_ in (b"MZ" + bytes(99), b"", made.picture()[:300], made.claims_to_be_huge()):
        with pytest.raises(Refused):
            keep(office, written(tmp_path, content_))
    assert files(office) == []
    assert list(open_store(office.settings).everything()) == []


def test_a_file_that_is_not_there_is_missing_before_anything_is_read(office: Office) -> None:
    with pytest.raises(FileNotFoundError):
        content(office.settings, "0" * 64)
    assert intact(open_store(office.settings), "0" * 64) is None


def test_an_upload_that_is_broken_off_leaves_nothing(office: Office) -> None:
    def broken() -> None:
        with Upload(office, "a.txt") as upload:
            upload.write(b"half of it")
            assert len(files(office)) == 1
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        broken()
    assert files(office) == []
    assert list(open_store(office.settings).everything()) == []


def test_a_file_is_received_no_further_than_the_limit(tmp_path: Path, store: Engine) -> None:
    office = office_of(Settings(home=tmp_path / "home", evidence_megabytes=1), store)
    keep(office, written(tmp_path, lines(1_000_000)))
    with Upload(office, "a.txt") as upload:
        upload.write(lines(1_000_000))
        with pytest.raises(Refused, match="larger than 1 MB") as refused:
            upload.write(b"x")
    assert refused.value.rule == "LimitEvidenceSize"


def test_kinds_are_taken_as_the_setting_says_also_for_a_file_that_is_there(
    tmp_path: Path, store: Engine
) -> None:
    archive = written(tmp_path, made.package({"a.txt": b"a"}), "a.docx")
    home = tmp_path / "home"
    with pytest.raises(Refused, match="application/zip"):
        keep(office_of(Settings(home=home), store), archive)
    keep(office_of(Settings(home=home, evidence_kinds="archive, image"), store), archive)
    with pytest.raises(Refused, match="application/zip"):
        keep(office_of(Settings(home=home), store), archive)
    with pytest.raises(InputError, match="no group of kinds"):
        keep(office_of(Settings(home=home, evidence_kinds="images"), store), archive)


def test_what_was_lost_is_there_again_once_somebody_brings_it(
    tmp_path: Path, local: Office
) -> None:
    file = written(tmp_path, made.photo("2026:01:01 00:00:00"))
    kept = keep(local, file)
    facts = known(local, kept.sha256)
    assert facts is not None
    for digest in (kept.sha256, facts.thumbnail):
        place_of(local.settings.evidence_folder, digest).unlink()
    keep(local, file)
    for digest in (kept.sha256, facts.thumbnail):
        assert intact(open_store(local.settings), digest) is True


def test_what_is_kept_is_readable_by_its_owner_only_and_not_to_be_written(
    tmp_path: Path, local: Office
) -> None:
    kept = keep(local, written(tmp_path, made.photo()))
    for place in files(local):
        assert place.stat().st_mode & 0o777 == 0o400
    assert place_of(local.settings.evidence_folder, kept.sha256) in files(local)
    assert local.settings.evidence_folder.stat().st_mode & 0o077 == 0


def test_a_changed_file_and_a_missing_one_are_told_apart(tmp_path: Path, local: Office) -> None:
    kept = keep(local, written(tmp_path, b"x"))
    place = place_of(local.settings.evidence_folder, kept.sha256)
    place.chmod(0o600)
    place.write_bytes(b"y")
    assert intact(open_store(local.settings), kept.sha256) is False
    place.unlink()
    assert intact(open_store(local.settings), kept.sha256) is None


@pytest.mark.parametrize("name", ["nowhere.jpg", ""])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, local: Office, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as refused:
        keep(local, tmp_path / name)
    assert refused.value.where == str(tmp_path / name)
    assert files(local) == []


def test_a_store_that_cannot_be_made_is_named(tmp_path: Path, local: Office) -> None:
    local.settings.home.write_bytes(b"")
    with pytest.raises(Unavailable, match="Evidence cannot be kept"):
        keep(local, written(tmp_path, b"x"))


def test_a_place_that_is_taken_by_something_else_leaves_no_draft(
    tmp_path: Path, local: Office
) -> None:
    digest = hashlib.sha256(b"something").hexdigest()
    place_of(local.settings.evidence_folder, digest).mkdir(parents=True)
    with pytest.raises(Unavailable):
        keep(local, written(tmp_path, b"something"))
    assert files(local) == []


def test_a_full_disk_is_said_and_leaves_no_draft(tmp_path: Path, local: Office) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file = written(tmp_path, lines(3 * CHUNK))
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, before[1]))
    try:
        with pytest.raises(Unavailable, match="Evidence cannot be kept"):
            keep(local, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert files(local) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from tasks.files.draft import Draft
draft = Draft(Path(sys.argv[1]), 1000)
draft.write(b"half of it")
draft._file.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_by_a_later_one_and_no_sooner(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "evidence"
    command = [sys.executable, "-c", KILLED, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    (left,) = folder.iterdir()
    with Draft(folder, 1000):
        assert left.exists(), "it could still be written to"
    begun = left.stat().st_mtime - ABANDONED_SECONDS - 1
    os.utime(left, (begun, begun))
    with Draft(folder, 1000):
        assert not left.exists()
    assert list(folder.iterdir()) == []


KILLED_BEFORE_NOTING = """
import os, signal, sys
from pathlib import Path
from config.clock import SystemClock
from config.settings import Settings
from models import evidence_files
from models.engine import open_engine
from tasks.evidence import keep
from tasks.office import Office
evidence_files.remember = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
keep(Office(Settings(home=Path(sys.argv[1])), open_engine(sys.argv[2]), SystemClock()),
     Path(sys.argv[3]))
"""


def test_a_process_killed_between_store_and_database_leaves_a_file_to_be_brought_again(
    tmp_path: Path, local: Office
) -> None:
    file = written(tmp_path, made.photo("2026:01:02 03:04:05"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    url = local.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED_BEFORE_NOTING, str(local.settings.home), url, str(file)]
    done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert intact(open_store(local.settings), digest) is True
    assert known(local, digest) is None
    keep(local, file)
    facts = known(local, digest)
    assert facts is not None
    assert facts.made == "2026-01-02T03:04:05"
    assert [path for path in files(local) if path.name.startswith(".")] == []


def test_a_bucket_that_does_not_answer_is_said_and_leaves_no_draft(
    tmp_path: Path, store: Engine
) -> None:
    settings = Settings(
        home=tmp_path / "home", evidence_url="s3://evidence", s3_endpoint="http://127.0.0.1:9",
        s3_key="k", s3_secret="geheim",
    )  # fmt: skip
    office = office_of(settings, store)
    with pytest.raises(Unavailable, match="s3://evidence") as failed:
        keep(office, written(tmp_path, b"new to everybody"))
    assert "geheim" not in str(failed.value)
    assert files(office) == []


def test_a_bucket_that_is_not_there_is_said(tmp_path: Path, store: Engine, s3: str) -> None:
    settings = bucket(s3, tmp_path / "home")
    other = Settings(**{**{name: getattr(settings, name) for name in settings.__slots__},
                        "evidence_url": "s3://nowhere"})  # fmt: skip
    with pytest.raises(Unavailable, match="s3://nowhere"):
        keep(office_of(other, store), written(tmp_path, b"for a bucket that is nowhere"))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"evidence_url": "s3://"}, "RECTIFLOW_EVIDENCE_URL"),
        ({"evidence_url": "s3://b?c=d"}, "RECTIFLOW_EVIDENCE_URL"),
        ({"evidence_url": "s3://b", "s3_key": ""}, "RECTIFLOW_S3_KEY"),
        ({"evidence_url": "s3://b", "s3_secret": ""}, "RECTIFLOW_S3_SECRET"),
    ],
)
def test_a_bucket_that_is_not_described_is_named_by_its_setting(
    tmp_path: Path, given: dict[str, str], where: str
) -> None:
    values = {"home": tmp_path, "s3_key": "k", "s3_secret": "s", **given}
    with pytest.raises(InputError) as refused:
        open_store(Settings(**values))  # type: ignore[arg-type]
    assert refused.value.where == where


def test_the_folder_never_loads_the_library_of_buckets() -> None:
    code = "import sys, cli.act, cli.evidence; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
