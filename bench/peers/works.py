# SPDX-License-Identifier: BSL-1.0
"""What every Python pool is told to do, and how it is timed. Prints a line for each figure: name, value, unit.

A pool is an object with submit(function, arguments, callback=None), result(submitted, seconds=None) and end()."""
import os
import signal
import statistics
import time
from pathlib import Path

now = time.perf_counter


def no_op():
    pass


def echo(payload):
    return payload


def burn(microseconds):
    end = time.thread_time_ns() + microseconds * 1000
    while time.thread_time_ns() < end:
        pass


def die():
    time.sleep(0.1)  # what was submitted behind it is on its way
    os.kill(os.getpid(), signal.SIGKILL)


def run_all(pool, count, function, *arguments):
    for each in [pool.submit(function, arguments) for _ in range(count)]:
        pool.result(each)


def no_op_rate(pool):
    run_all(pool, 100, no_op)
    begin = now()
    run_all(pool, 4000, no_op)
    yield 'no_op/workers:2', 4000 / (now() - begin), 'tasks/s'


def efficiency(pool):
    run_all(pool, 100, burn, 100)
    begin = now()
    run_all(pool, 2000, burn, 100)
    yield 'efficiency/task_us:100', 2000 * 100e-6 / 2 / (now() - begin), 'of_ideal'


def long_first(pool):
    run_all(pool, 10, no_op)
    ended = []
    begin = now()
    tasks = [pool.submit(burn, (2_000_000,))]
    tasks += [pool.submit(burn, (1000,), lambda _: ended.append(now() - begin)) for _ in range(1000)]
    for each in tasks:
        pool.result(each)
    yield 'long_first', sorted(ended)[989], 's'


def median_call(pool, count, function, *arguments):
    pool.result(pool.submit(function, arguments))
    times = []
    for _ in range(count):
        begin = now()
        pool.result(pool.submit(function, arguments))
        times.append(now() - begin)
    return statistics.median(times)


def one_at_a_time(pool):
    yield 'round_trip', 1e6 * median_call(pool, 500, no_op), 'us'
    for mebibytes, count in ((1, 10), (64, 3)):
        seconds = median_call(pool, count, echo, bytes(mebibytes << 20))
        yield f'echo/bytes:{mebibytes << 20}', 2 * mebibytes / seconds, 'MiB/s'


def processes():
    for each in Path('/proc').iterdir():
        if each.name.isdigit():
            try:
                yield int(each.name), int((each / 'stat').read_text().rpartition(')')[2].split()[1])
            except OSError:  # it has ended
                pass


def pss_kib(pid):
    lines = Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith('Pss:'))


def idle_pss(pool):
    run_all(pool, 8, burn, 20_000)
    children = [pid for pid, parent in processes() if parent == os.getpid()]
    yield 'idle_pss', sum(map(pss_kib, children)) / 2, 'KiB'  # helper processes are part of the price


def outcome(pool, submitted):
    try:
        pool.result(submitted, 2)
        return 'result'
    except Exception as error:  # pylint: disable=broad-except
        return 'no outcome within 2 s' if type(error).__name__ == 'TimeoutError' else type(error).__name__


def killed(pool):
    run_all(pool, 10, no_op)
    victim = pool.submit(die, ())
    others = [pool.submit(burn, (10_000,)) for _ in range(50)]
    told = outcome(pool, victim)
    lost = sum(outcome(pool, each) != 'result' for each in others)
    try:
        usable = outcome(pool, pool.submit(no_op, ())) == 'result'
    except Exception:  # pylint: disable=broad-except
        usable = False
    yield 'killed', None, f'{told}; {lost} of 50 other tasks lost; pool {"goes on" if usable else "is broken"}'


def start(make, workers):
    begin = now()
    pool = make(workers)
    pool.result(pool.submit(no_op, ()))
    taken = now() - begin
    pool.end()
    return f'start/workers:{workers}/GiB:0', 1e3 * taken, 'ms'


def show(name, work, value, unit):
    print(f'note {name}/{work} {unit}' if value is None else f'{name}/{work} {value:.6g} {unit}', flush=True)


def measure(name, make):
    for workers in (2, 8):
        show(name, *start(make, workers))
    for workers, work in ((2, no_op_rate), (2, efficiency), (2, long_first), (1, one_at_a_time), (2, idle_pss),
                          (2, killed)):
        pool = make(workers)
        for figure in work(pool):
            show(name, *figure)
        pool.end()
