"""What the place of installation decides: read from the environment by :func:`load`, typed.

Every setting is an environment variable ``RECTIFLOW_<NAME>``; a value that should not stand in
the environment (a password in a URL) may be kept in a file named by ``RECTIFLOW_<NAME>_FILE``.
Plain dataclasses, because commands that only read must start in a fraction of a second.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from rules.errors import InputError

PREFIX = "RECTIFLOW_"
DEFAULT_HOME = Path("~/.rectiflow")


def _setting(
    default: object,
    description: str,
    *,
    least: float = 0,
    most: float = 0,
    words: tuple[str, ...] = (),
    begins: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    bounds = {"least": least, "most": most} if most else {}
    metadata = {"description": description, "words": words, "begins": begins, **bounds}
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one installation."""

    home: Path = _setting(
        DEFAULT_HOME, "folder for the database, evidence, mails and Prefect's own files"
    )
    database_url: str = _setting(
        "",
        "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; empty: a SQLite file in the home",
        secret=True,
    )
    prefect_api_url: str = _setting(
        "", "API of an existing Prefect server; empty: one is started and supervised here"
    )
    prefect_port: int = _setting(
        4200, "port of the Prefect server started here; another when taken", least=1, most=65535
    )
    smtp_url: str = _setting(
        "",
        "smtp://USER:PASSWORD@HOST:PORT or smtps://...; empty: mails are written to files",
        secret=True,
    )
    mail_from: str = _setting("rectiflow@localhost", "sender's address of all mails")
    profile: str = _setting(
        "education-rectification", "policy profile of the campaign that init creates"
    )
    worker_limit: int = _setting(4, "item flows that run at the same time", least=1, most=64)
    sweep_seconds: float = _setting(
        20, "seconds between two looks for due steps", least=0.1, most=3600
    )
    delivery_seconds: float = _setting(
        5, "seconds between two looks for mails to send", least=0.1, most=3600
    )
    follow_seconds: float = _setting(
        0.3, "seconds between two looks for items that have moved", least=0.05, most=3600
    )
    public_url: str = _setting(
        "",
        "address under which people reach the web server; empty: mails bring no links",
        begins=("http://", "https://"),
    )
    web_host: str = _setting("127.0.0.1", "address on which the web server listens")
    web_port: int = _setting(
        8420, "port of the web server; another when taken", least=1, most=65535
    )
    web_proxies: str = _setting(
        "", "addresses, with commas between, of the reverse proxies whose X-Forwarded-* is believed"
    )
    secret_key: str = _setting(
        "",
        "secret with which links are signed; empty: one is made and kept in the home",
        secret=True,
    )
    passwords: str = _setting(
        "EVERYBODY",
        "EVERYBODY may sign in with a password, or ADMINISTRATORS alone (others by OpenID Connect)",
        words=("EVERYBODY", "ADMINISTRATORS"),
    )
    openid_issuer: str = _setting(
        "",
        "issuer of OpenID Connect by which people sign in; empty: with passwords only",
        begins=("http://", "https://"),
    )
    openid_client: str = _setting("", "what the issuer calls this installation: its client id")
    openid_secret: str = _setting(
        "", "secret that the issuer has given the client; empty: it has none", secret=True
    )
    openid_name: str = _setting("", "what the button on the sign-in page calls the issuer")
    openid_scopes: str = _setting(
        "openid profile email", "scopes that are asked for, with blanks between"
    )
    openid_hosts: str = _setting(
        "", "further hosts, with commas between, on which the issuer has some of its addresses"
    )
    openid_login: str = _setting(
        "preferred_username", "claim that tells the login; a dot leads into an object"
    )
    openid_groups: str = _setting(
        "groups", "claim that tells somebody's groups; a dot leads into an object"
    )
    openid_groups_file: str = _setting(
        "", "YAML file that says what each group gives: ROLE @ UNIT, or administrator; empty: none"
    )
    openid_link: str = _setting(
        "NEVER",
        "who is taken for whom at their first sign-in: NEVER anybody, or whose LOGIN or EMAIL fits",
        words=("NEVER", "LOGIN", "EMAIL"),
    )
    openid_unit: str = _setting(
        "", "code of the unit into which people nobody knows are entered; empty: they are refused"
    )
    operator_mail: str = _setting(
        "", "where the watchdog writes when the machinery stands still; empty: only to the log"
    )
    channels_file: str = _setting(
        "", "YAML file with the channels besides mail, each by a name; empty: there are none"
    )
    webhook_secret: str = _setting(
        "",
        "whsec_... that signs the calls of webhooks that have no secret of their own in the home",
    )
    evidence_url: str = _setting(
        "",
        "s3://BUCKET/PREFIX where files of evidence are kept; empty: a folder in the home",
        begins=("s3://",),
    )
    evidence_kinds: str = _setting(
        "image,pdf,office,text",
        "groups of kinds that evidence may be; besides these: audio, video, archive",
    )
    evidence_megabytes: int = _setting(
        50, "size of a file of evidence in MB (1,000,000 bytes) at most", least=1, most=2000
    )
    evidence_megapixels: int = _setting(
        100, "size of a picture in millions of pixels at most", least=1, most=400
    )
    s3_endpoint: str = _setting(
        "",
        "address of a server that speaks S3; empty: Amazon's in the region",
        begins=("http://", "https://"),
    )
    s3_region: str = _setting("us-east-1", "region of the bucket; most servers take any")
    s3_key: str = _setting("", "id of the key that opens the bucket", secret=True)
    s3_secret: str = _setting("", "secret of the key that opens the bucket", secret=True)
    url: str = _setting(
        "",
        "address of a server elsewhere, like its RECTIFLOW_PUBLIC_URL, on which commands work;"
        " empty: the installation here",
        begins=("http://", "https://"),
    )
    token: str = _setting("", "API token by which commands work on that server", secret=True)
    log_level: str = _setting(
        "INFO", "DEBUG, INFO, WARNING or ERROR", words=("DEBUG", "INFO", "WARNING", "ERROR")
    )

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in."""
        # The two characters that mean something else in a URL than in a path.
        file = str(self.home / "rectiflow.db").replace("%", "%25").replace("?", "%3F")
        return self.database_url or f"sqlite:///{file}"

    @property
    def evidence_folder(self) -> Path:
        """Where evidence is kept, each file under its SHA-256; and drafts on their way to a
        bucket."""
        return self.home / "evidence"

    @property
    def upload_folder(self) -> Path:
        """Where ledgers lie that were uploaded, for some days."""
        return self.home / "uploads"

    @property
    def mail_folder(self) -> Path:
        """Where mails are written when there is no SMTP server."""
        return self.home / "mail"

    @property
    def document_folder(self) -> Path:
        """Where formal notices and closing records are kept."""
        return self.home / "documents"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force.

    Raises:
        InputError: a value is unusable, or a variable with our prefix is not a setting.
    """
    given = os.environ if environ is None else environ
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {
        name: _converted(setting, text)
        for name, setting in known.items()
        if (text := _text(given, PREFIX + name.upper())) is not None
    }
    for variable in given:
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            if name not in known and name.removesuffix("_file") not in known:
                names = ", ".join(PREFIX + n.upper() for n in known)
                raise InputError("There is no such setting.", f"Known: {names}.", where=variable)
    try:
        home = Settings(**values).home.expanduser().absolute()
    except RuntimeError as error:
        raise InputError(f"{error}", "Give the whole path.", where=f"{PREFIX}HOME") from error
    return Settings(**{**values, "home": home})


def works_elsewhere(environ: Mapping[str, str] | None = None) -> bool:
    """Whether commands are to work on a server elsewhere, without reading anything else."""
    given = os.environ if environ is None else environ
    return bool(given.get(f"{PREFIX}URL") or given.get(f"{PREFIX}URL_FILE"))


def _text(environ: Mapping[str, str], variable: str) -> str | None:
    """The variable's own text, or that of the file it names; None when neither is set."""
    own, file = environ.get(variable), environ.get(f"{variable}_FILE")
    if not file:
        return own or None
    if own:
        raise InputError(f"{variable} is given twice.", "Unset one of them.", f"{variable}_FILE")
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InputError(
            f"The file {file} cannot be read: {why}.", where=f"{variable}_FILE"
        ) from error


def _converted(setting: Field[Any], text: str) -> object:
    where = PREFIX + setting.name.upper()
    convert = _CONVERTERS.get(str(setting.type), str)
    try:
        value = convert(text)
    except ValueError:
        raise InputError(f"{text!r} is not a number.", where=where) from None
    words = setting.metadata["words"]
    if words and str(value).upper() not in words:
        raise InputError(f"{text!r} is not known.", f"Give one of: {', '.join(words)}.", where)
    begins = setting.metadata["begins"]
    if begins and not text.lower().startswith(begins):
        # What was given is not repeated: it may hold a password.
        raise InputError("This is not a usable address.", f"Begin with {begins[-1]}.", where)
    most = setting.metadata.get("most")
    if isinstance(value, (int, float)) and most and not setting.metadata["least"] <= value <= most:
        raise InputError(
            f"{value} is out of bounds.",
            f"Give {setting.metadata['least']} to {most}.",
            where=where,
        )
    return value


_CONVERTERS: dict[str, Callable[[str], object]] = {
    "Path": Path,
    "int": int,
    "float": float,
}
