"""The program `niangjia-witness`."""

from niangjia.witness import daily_commands, setup_commands
from niangjia.witness.arguments import Command, parser
from niangjia.witness.failure import ended
from niangjia.witness.mirror_command import mirror
from niangjia.witness.serve_command import serve

COMMANDS: dict[str, Command] = {
    "keygen": setup_commands.keygen,
    "trust": setup_commands.trust,
    "untrust": setup_commands.untrust,
    "serve": serve,
    "cosign": daily_commands.cosign,
    "evidence": daily_commands.evidence,
    "mirror": mirror,
    "status": daily_commands.status,
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code: see failure.ended."""
    return ended(parser(COMMANDS).parse_args(arguments))
