# SPDX-License-Identifier: BSL-1.0
"""Measures in rounds, so that what disturbs the machine for a while disturbs all, and prints tables of medians.

    run.py [--peers] [--quick] BENCH [ARGUMENT...]

--peers adds the other pools, and writes the tables and charts into doc/; --quick: one round, nothing is written.
Arguments go to Google Benchmark: --benchmark_filter=round_trip."""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree
from peers import peers  # noqa: E402
from report import page, tables  # noqa: E402
from report.figures import Figures  # noqa: E402

ROUNDS = 5
LONGEST = 600  # seconds of a program in a round
ONCE = 'queue|idle|pss'  # sizes do not change from round to round


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument('--peers', action='store_true')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('bench', type=Path)
    return parser.parse_known_args()


def own_command(chosen, rest, number):
    command = [chosen.bench, *rest]
    if chosen.quick:
        command += ['--benchmark_repetitions=1', '--benchmark_min_time=0.05']
    if number != 0 and not rest:
        command += [f'--benchmark_filter=-{ONCE}']
    return command


def measure(command, figures):
    """A peer that fails or hangs is left out of the tables."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
        limit = threading.Timer(LONGEST, os.killpg, (program.pid, signal.SIGKILL))
        limit.start()
        try:
            for line in program.stdout:
                figures.read(line)
            program.wait()
        except BaseException:  # such as Ctrl-C, which its own session keeps from it
            os.killpg(program.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
    if program.returncode != 0:
        print(f'bench: {" ".join(map(str, command))} failed with status {program.returncode}', file=sys.stderr)


def main():
    chosen, rest = arguments()
    build = chosen.bench.resolve().parents[2] / 'peers'
    others = []
    if chosen.peers:
        peers.install(build)
        others = peers.commands(build)
    rounds = 1 if chosen.quick else ROUNDS
    figures = Figures()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f'bench: others use this machine (load average {load:.2f}), so these figures are noise', file=sys.stderr)
    for number in range(rounds):
        print(f'round {number + 1} of {rounds}', file=sys.stderr)
        for command in random.sample(all_of := [own_command(chosen, rest, number), *others], len(all_of)):
            measure(command, figures)
    figures.machine += f', load average before the run {load:.2f}'
    print(f'{figures.machine}\n\n{tables.all_tables(figures)}')
    if chosen.peers and not chosen.quick and not rest:
        page.write(figures)


main()
