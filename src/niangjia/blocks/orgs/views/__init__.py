"""Pages of orgs: signing in and out, my roles, my ways in."""

from niangjia.blocks.orgs.views import access, leave, me, password, second, signing_in, sure
from niangjia.blocks.orgs.views.letting_in import locked_out

__all__ = ["access", "leave", "locked_out", "me", "password", "second", "signing_in", "sure"]
