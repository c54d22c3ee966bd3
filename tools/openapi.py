"""`check`: the API is as docs/openapi.json says and declares every response; `write` renews it."""

import json
import os
import sys
from pathlib import Path

import django

PATH = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
NEEDED = {"200", "401", "403", "422"}
OPEN = {"200", "422"}


def schema() -> dict[str, object]:
    """The API's own description, as plain JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    from niangjia.config.api import api

    found: dict[str, object] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return found


def faults(found: dict[str, object]) -> list[str]:
    """What is not declared, or not valid OpenAPI 3.1."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    wrong = [error.message for error in OpenAPIV31SpecValidator(found).iter_errors()]
    for path, operations in found["paths"].items():  # type: ignore[attr-defined]
        for verb, operation in operations.items():
            needed = NEEDED if operation.get("security") else OPEN
            needed = needed | {"404"} if "{" in path else needed
            missing = needed - operation["responses"].keys()
            if missing:
                wrong.append(f"{verb.upper()} {path} does not declare {sorted(missing)}")
    return wrong


def main() -> int:
    found = schema()
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    wrong = faults(found)
    if sys.argv[1:] == ["write"]:
        PATH.write_text(text, "utf-8")
    elif not PATH.exists() or PATH.read_text("utf-8") != text:
        wrong.append("docs/openapi.json differs from the API: tools/openapi.py write")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
