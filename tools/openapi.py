"""The API's description in docs/openapi.json: `update` writes it, `check` fails if it is not so."""

import argparse
import json
import os
import sys
from pathlib import Path

import django
from openapi_spec_validator import validate

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def described() -> str:
    """The description as JSON text, valid by OpenAPI 3.1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    from niangjia.config.api import api

    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    if not str(schema["openapi"]).startswith("3.1"):
        raise SystemExit(f"OpenAPI {schema['openapi']} is not 3.1")
    validate(schema)
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """0, or 1 if the file is not what the code says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["update", "check"])
    text = described()
    if parser.parse_args().verb == "update":
        FILE.write_text(text, "utf-8")
        return 0
    if not FILE.exists() or FILE.read_text("utf-8") != text:
        print("docs/openapi.json is not what the code says: tools/openapi.py update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
