"""Addresses of the log. `/log` is the newest log; `/log/<number>` an earlier one."""

from typing import Any

from django.urls import path

from niangjia.blocks.ledger.views import pages, programs

app_name = "ledger"
_OF_A_LOG: tuple[tuple[str, Any, dict[str, bool]], ...] = (
    ("checkpoint", programs.checkpoint, {}),
    ("checkpoint.ml-dsa-44", programs.checkpoint, {"ml_dsa": True}),
    ("policy", programs.policy, {}),
    ("policy.ml-dsa-44", programs.policy, {"ml_dsa": True}),
    ("tile/<path:path>", programs.tile, {}),
    ("consistency/<int:old>", programs.consistency, {}),
)
urlpatterns = [
    path("log/witnesses", pages.witnesses, name="witnesses"),
    path("log/verify.html", programs.verifier, name="verifier"),
    path("log/niangjia-verify.py", programs.verifier_program, name="verifier_program"),
    path("log/verify.py", programs.verifier_program, name="verifier_beside"),
    path("log/bulletin.py", programs.verifier_program, {"name": "bulletin.py"}, "receipt_program"),
    path("log/entries", pages.find_entry, name="find_entry"),
    path("log/entries/<int:index>", pages.entry, name="entry"),
    *(path(f"log/{end}", view, more) for end, view, more in _OF_A_LOG),
    *(path(f"log/<int:number>/{end}", view, more) for end, view, more in _OF_A_LOG),
    path("log/entry/<int:index>.json", programs.entry, name="entry_bytes"),
    path("log/proof/<int:index>.tlog-proof", programs.proof, name="proof_file"),
]
