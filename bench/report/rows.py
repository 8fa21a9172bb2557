# SPDX-License-Identifier: BSL-1.0
"""What the tables compare, and the marks that procpool is to reach."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    name: str
    scale: float = 1
    more_is_better: bool = False


RATE = Unit('M tasks/s', 1e-6, True)
OF_IDEAL = Unit('of ideal', 1, True)
MIB_S = Unit('MiB/s', 1, True)
US, MS, S = Unit('us'), Unit('ms'), Unit('s')
KIB, BYTES, RUNS = Unit('KiB'), Unit('bytes'), Unit('runs')


@dataclass(frozen=True)
class Row:
    """A figure of procpool, and the best of some others that it is compared with."""

    work: str
    ours: str
    others: tuple
    unit: Unit
    mark: float | None = None  # of the ratio; without others: of the figure
    by: str = 'ratio'          # or 'difference': then the mark is that of ours less the other


LANGUAGE_POOLS = ('multiprocessing', 'ProcessPoolExecutor', 'loky', 'workerpool', 'piscina')
BIG = 64 << 20


def _starts(gib, label, mark):
    return [Row(f'construction to first result, {n} workers{label}', f'procpool/start/workers:{n}/GiB:{gib}',
                (f'limit/start/workers:{n}/GiB:{gib}',), MS, mark) for n in (2, 8, 32)]


MARKS = [
    Row('no-op, callback on the loop, 2 workers', 'procpool/no_op_callback/workers:2', ('limit/no_op/workers:2',), RATE,
        0.6),
    Row('no-op, coroutines on the loop, 2 workers', 'procpool/no_op_coroutine/workers:2', ('limit/no_op/workers:2',),
        RATE, 0.6),
    Row('no-op, callback on the loop, 2 workers', 'procpool/no_op_callback/workers:2', ('open_mpi/no_op/workers:2',),
        RATE, 1),
    Row('no-op, a future each, another thread, 2 workers', 'procpool/no_op_future/workers:2',
        ('asio_future/no_op/workers:2',), RATE, 1.2),
    Row('no-op, a future each, another thread, 2 workers', 'procpool/no_op_future/workers:2',
        tuple(f'{peer}/no_op/workers:2' for peer in LANGUAGE_POOLS), RATE, 40),
    Row('one no-op at a time, awaited on the loop', 'procpool/round_trip_coroutine', ('limit/round_trip',), US, 1.15),
    Row('one no-op at a time, get() in a plain thread', 'procpool/round_trip_get', ('limit/round_trip',), US, 1.3),
    Row('efficiency of 100 us tasks, 2 workers', 'procpool/efficiency/task_us:100', ('limit/efficiency/task_us:100',),
        OF_IDEAL, 1),
    Row('efficiency of 10 us tasks, 2 workers', 'procpool/efficiency/task_us:10', ('limit/efficiency/task_us:10',),
        OF_IDEAL, 1),
    Row('a 2 s task, then 1,000 of 1 ms, 2 workers: p99', 'procpool/long_first', (), S, 1.02),
    Row('64 MiB echoed, vector in, vector out', f'procpool/echo/bytes:{BIG}', (f'copies/echo/bytes:{BIG}',), MIB_S,
        0.85),
    Row('64 MiB echoed, vector in, vector out', f'procpool/echo/bytes:{BIG}', (f'open_mpi/echo/bytes:{BIG}',), MIB_S, 3),
    Row('64 MiB echoed, buffer in place', f'procpool/echo_buffer/bytes:{BIG}', (f'copies/echo/bytes:{BIG}',), MIB_S,
        0.85),
    Row('64 MiB echoed, buffer in place', f'procpool/echo_buffer/bytes:{BIG}', (f'open_mpi/echo/bytes:{BIG}',), MIB_S, 3),
    *_starts(0, '', 1.3),
    *_starts(2, ', 2 GiB resident', 1.3),
    Row('a worker forked from a server, with its first answer', 'procpool/forked/MiB:0', (), MS, 1),
    Row('each of 32 forked workers, 64 MiB loaded: PSS', 'procpool/forked_pss', (), KIB, 4096),
    Row('a worker killed: noticed', 'procpool/killed_noticed', ('limit/killed_noticed',), MS, 1.5),
    Row('a worker killed: another one has answered', 'procpool/killed_answered', ('limit/killed_answered',), MS, 1.5),
    Row("idle worker, PSS beyond the program's own", 'procpool/idle_pss', ('limit/idle_pss',), KIB, 1536, 'difference'),
    Row('idle pool: how often its threads ran in 2 s', 'procpool/idle_runs', (), RUNS, 0),
    Row('a queued no-op, a million of them', 'procpool/queue/tasks:1000000', (), BYTES, 250),
    Row('a queued no-op, ten million of them', 'procpool/queue/tasks:10000000', (), BYTES, 250),
    Row("parent's processor time a 100 us task, 64 workers", 'procpool/parent_cpu/workers:64',
        ('procpool/parent_cpu/workers:2',), US, 1.3),
]

FURTHER = [
    Row('no-op, callback on the loop, 1 worker', 'procpool/no_op_callback/workers:1', ('limit/no_op/workers:1',), RATE),
    Row('no-op, coroutines on the loop, 1 worker', 'procpool/no_op_coroutine/workers:1', ('limit/no_op/workers:1',), RATE),
    Row('no-op, a future each, another thread, 1 worker', 'procpool/no_op_future/workers:1',
        ('asio_future/no_op/workers:1',), RATE),
    Row('one no-op at a time, get() in a plain thread', 'procpool/round_trip_get', ('asio_future/round_trip',), US),
    Row('1 MiB echoed, vector in, vector out', f'procpool/echo/bytes:{1 << 20}', (f'limit/echo/bytes:{1 << 20}',), MIB_S),
    Row('64 MiB echoed, vector in, vector out', f'procpool/echo/bytes:{BIG}', (f'limit/echo/bytes:{BIG}',), MIB_S),
    Row('1 MiB echoed, buffer in place', f'procpool/echo_buffer/bytes:{1 << 20}', (f'limit/echo/bytes:{1 << 20}',),
        MIB_S),
    Row('a worker forked from a server, with its first answer', 'procpool/forked/MiB:0', ('fork/forked/MiB:0',), MS),
    Row('the same, the server having loaded 64 MiB', 'procpool/forked/MiB:64', ('fork/forked/MiB:64',), MS),
    Row('a 2 s task, then 1,000 of 1 ms, 2 workers: p99', 'procpool/long_first', ('limit/long_first',), S),
    Row('a queued no-op, a million of them', 'procpool/queue/tasks:1000000', ('limit/queue/tasks:1000000',), BYTES),
    Row("parent's processor time a 100 us task, 2 workers", 'procpool/parent_cpu/workers:2',
        ('limit/parent_cpu/workers:2',), US),
    Row("parent's processor time a 100 us task, 64 workers", 'procpool/parent_cpu/workers:64',
        ('limit/parent_cpu/workers:64',), US),
]

# The yardsticks themselves, beside what such programs, written for nothing but speed, reached on a quiet virtual machine
# with two cores of 2 GHz: a slow yardstick flatters.
REFERENCES = [
    ('limit: no-op, 2 workers', 'limit/no_op/workers:2', RATE, 7.5),
    ('limit: one no-op at a time', 'limit/round_trip', US, 13.5),
    ('Asio futures: no-op, 2 workers', 'asio_future/no_op/workers:2', RATE, 1.15),
    ('Asio futures: one no-op at a time', 'asio_future/round_trip', US, 30),
]

LABELS = {'asio_future': 'Asio futures', 'open_mpi': 'Open MPI', 'copies': 'four copies', 'fork': 'fork() alone',
          'multiprocessing': 'multiprocessing.Pool', 'loky': 'joblib/loky'}


def label(program):
    """How what printed a figure is called in tables and charts."""
    return LABELS.get(program, program)


@dataclass(frozen=True)
class Pool:
    """A line of the table of peers, a bar of a chart."""

    program: str
    variant: str = ''
    names: tuple = ()  # its own name of some works

    @property
    def label(self):
        return label(self.program) + self.variant

    def label_for(self, work):
        return self.label if work in dict(self.names) else label(self.program)

    def figure(self, work):
        return f'{self.program}/{dict(self.names).get(work, work)}'


PEERS = [Pool(name) for name in ('open_mpi', *LANGUAGE_POOLS)]
POOLS = [
    Pool('procpool', ', callbacks', (('no_op/workers:2', 'no_op_callback/workers:2'),
                                     ('round_trip', 'round_trip_coroutine'))),
    Pool('procpool', ', futures', (('no_op/workers:2', 'no_op_future/workers:2'), ('round_trip', 'round_trip_get'))),
    Pool('limit'),
    Pool('asio_future'),
    *PEERS,
]

COLUMNS = [  # of the table of peers
    ('no-op', 'no_op/workers:2', Unit('k/s', 1e-3, True)),
    ('one at a time', 'round_trip', US),
    ('echo 1 MiB', f'echo/bytes:{1 << 20}', MIB_S),
    ('echo 64 MiB', f'echo/bytes:{BIG}', MIB_S),
    ('100 us tasks', 'efficiency/task_us:100', OF_IDEAL),
    ('start, 2 workers', 'start/workers:2/GiB:0', MS),
    ('8 workers', 'start/workers:8/GiB:0', MS),
    ('short behind long', 'long_first', S),
    ('idle worker', 'idle_pss', KIB),
]

