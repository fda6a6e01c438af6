"""`make bench`: every comparison in one run, as one table."""

from __future__ import annotations

import os
import platform
import sys

from deploy.demo.engine import Engine
from tests.bench import acknowledge, answers, cluster, debugging, rules, stalls, throughput
from tests.harness import temporary_folder


def main() -> None:
    """Run all, or those whose names are given."""
    wanted = sys.argv[1:] or ["acknowledge", "answers", "throughput", "rules", "stalls", "cluster", "debugging"]
    rows = [("what", "cdebug", "peer", "ratio", "goal")]
    with Engine() as engine:
        for part in (acknowledge, answers, throughput, rules, stalls, cluster, debugging):
            if part.__name__.rpartition(".")[2] in wanted:
                with temporary_folder() as folder:
                    rows += part.compare(folder, engine.host)
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    print(f"\n{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}\n")
    for number, row in enumerate(rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


if __name__ == "__main__":
    main()
