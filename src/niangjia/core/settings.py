"""Site settings: environment over `NIANGJIA_HOME/site.toml` over defaults, checked at start."""

import contextlib
import os
import secrets
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """What an operator may set; each as `NIANGJIA_<NAME>` or a line of site.toml."""

    home: str = "./var"
    database: str = ""
    keys_database: str = ""
    hosts: str = "localhost,127.0.0.1"
    title: str = "北京市工会公益与消费扶贫可追溯平台"
    short_title: str = "可溯台账"
    demo: str = "1"
    city_code: str = "110000"
    city_date: str = "2020-03-17"
    time_zone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    debug: str = "0"
    https: str = "0"
    threads: str = "4"
    backups: str = ""  # folder; HOME/backups if empty
    backups_kept: str = "14"
    backup_passphrase_file: str = ""
    uploads_kept_days: str = "0"  # 0: for ever
    keyholder_url: str = ""  # of the department that holds the pseudonym keys
    keyholder_name: str = "市扶贫支援办"
    keyholder_token_file: str = ""
    tsa_url: str = ""  # RFC 3161 authority that stamps checkpoints; none if empty


NUMBERS = frozenset({"threads", "backups_kept", "uploads_kept_days"})


def load() -> Site:
    """Read the settings. Raises SystemExit with a plain sentence if one is unknown or unusable."""
    home = Path(os.environ.get("NIANGJIA_HOME", "./var")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    names = {field.name for field in fields(Site)}
    values: dict[str, str] = {}
    file = home / "site.toml"
    if file.exists():
        for name, value in tomllib.loads(file.read_text("utf-8")).items():
            if name not in names:
                raise SystemExit(f"{file}: unknown setting {name!r}; known: {sorted(names)}")
            values[name] = str(value)
    for name in names:
        if f"NIANGJIA_{name.upper()}" in os.environ:
            values[name] = os.environ[f"NIANGJIA_{name.upper()}"]
    for name in NUMBERS & values.keys():
        if not values[name].isdecimal():
            raise SystemExit(f"setting {name} is {values[name]!r}: a whole number is needed")
    values["home"] = str(home)
    return Site(**values)


def secret_key(home: str) -> str:
    """The installation's own signing key, made once, readable by its owner only."""
    path = Path(home) / "secrets" / "django.key"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, secrets.token_urlsafe(50).encode())
        os.close(handle)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text("ascii")
