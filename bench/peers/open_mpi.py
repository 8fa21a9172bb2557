# SPDX-License-Identifier: BSL-1.0
"""Runs open_mpi.cpp (argument: the program) with as many workers as each work wants."""
import subprocess
import sys
import time


def command(workers, *arguments):
    return ['mpirun', '--allow-run-as-root', '--oversubscribe', '-n', str(workers + 1), sys.argv[1], *arguments]


def start(workers):
    begin = time.perf_counter()
    with subprocess.Popen(command(workers, 'start'), stdout=subprocess.PIPE, text=True) as run:
        run.stdout.readline()
        taken = time.perf_counter() - begin
    print(f'open_mpi/start/workers:{workers}/GiB:0 {1e3 * taken:.6g} ms', flush=True)


start(2)
start(8)
subprocess.run(command(1), check=True)
subprocess.run(command(2), check=True)
print('note open_mpi/killed mpirun ends the whole job')
