"""Addresses of the log. `/log` is the newest log; `/log/<number>` an earlier one."""

from typing import Any

from django.urls import path

from niangjia.blocks.ledger import views

app_name = "ledger"
_OF_A_LOG: tuple[tuple[str, Any, dict[str, bool]], ...] = (
    ("checkpoint", views.checkpoint, {}),
    ("checkpoint.ml-dsa-44", views.checkpoint, {"ml_dsa": True}),
    ("policy", views.policy, {}),
    ("policy.ml-dsa-44", views.policy, {"ml_dsa": True}),
    ("tile/<path:path>", views.tile, {}),
    ("consistency/<int:old>", views.consistency, {}),
)
urlpatterns = [
    *(path(f"log/{end}", view, more) for end, view, more in _OF_A_LOG),
    *(path(f"log/<int:number>/{end}", view, more) for end, view, more in _OF_A_LOG),
    path("log/entry/<int:index>.json", views.entry, name="entry_bytes"),
    path("log/proof/<int:index>.tlog-proof", views.proof, name="proof_file"),
]
