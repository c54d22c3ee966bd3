"""`niangjia sample`: the demonstration city."""

import argparse

from niangjia.config.sample.city import load_sample, sample_is_loaded


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sample`."""
    sample = commands.add_parser("sample", help="load the demonstration city into an empty site")
    sample.add_argument("--size", choices=["small"], default="small")
    sample.set_defaults(run=run_sample)


def run_sample(options: argparse.Namespace) -> int:
    """Exit 0 also if it was loaded before."""
    if sample_is_loaded():
        print("The demonstration city is loaded already.")
        return 0
    print(f"{load_sample(options.size)} purchases, ready.")
    return 0
