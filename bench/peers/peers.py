# SPDX-License-Identifier: BSL-1.0
"""The other pools: how their programs are made ready, and which these are."""
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = '/usr/bin/python3'  # Debian's, which has Debian's joblib


def install(build):
    """Installs what is not a Debian package and compiles what must be; all of it below `build`."""
    build.mkdir(exist_ok=True)
    for file in ('package.json', 'package-lock.json'):
        shutil.copy(HERE / file, build)
    subprocess.run(['npm', 'ci', '--omit=optional', '--silent'], cwd=build, check=True)
    subprocess.run(['mpicxx', '-std=c++20', '-O2', f'-I{HERE.parent}', HERE / 'open_mpi.cpp', '-o', build / 'open_mpi'],
                   check=True)
    os.environ['NODE_PATH'] = str(build / 'node_modules')


def commands(build):
    return [
        [PYTHON, HERE / 'open_mpi.py', build / 'open_mpi'],
        [PYTHON, HERE / 'multiprocessing_pool.py'],
        [PYTHON, HERE / 'process_pool_executor.py'],
        [PYTHON, HERE / 'joblib_loky.py'],
        ['node', HERE / 'workerpool.js'],
        ['node', HERE / 'piscina.js'],
    ]
