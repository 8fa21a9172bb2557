# SPDX-License-Identifier: BSL-1.0
"""Markdown tables of the figures. What was not measured is left out."""
from report.rows import COLUMNS, FURTHER, MARKS, PEERS, POOLS, REFERENCES, label


def number(value):
    digits = 0 if value == 0 or abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return f'{value:,.{digits}f}'


def shown(value, unit):
    return f'{number(value * unit.scale)} {unit.name}'


def table(header, lines):
    lines = [header, *lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    lines.insert(1, ['-' * width for width in widths])
    return '\n'.join('| ' + ' | '.join(cell.ljust(width) for cell, width in zip(line, widths)) + ' |' for line in lines)


def verdict(row, value):
    if row.mark is None:
        return '', ''
    met = value >= row.mark if row.unit.more_is_better else value <= row.mark
    sign = '>=' if row.unit.more_is_better else '<='
    unit = '' if row.by == 'ratio' and row.others else f' {row.unit.name}'
    return f'{sign} {row.mark:,g}{unit}', 'met' if met else 'NOT met'


def compared(figures, row):
    """The line of a row, or None."""
    if row.ours not in figures:
        return None
    ours = figures[row.ours]
    if not row.others:
        return [row.work, shown(ours, row.unit), '', '', *verdict(row, ours)]
    best = figures.best(row.others, row.unit.more_is_better)
    if best is None:
        return None
    other = figures[best]
    value = ours - other if row.by == 'difference' else ours / other
    beside = f'{label(best.split("/")[0])}: ' if not best.startswith('procpool') else f'{best.rpartition(":")[2]} workers: '
    return [row.work, shown(ours, row.unit), beside + shown(other, row.unit),
            shown(value, row.unit) + ' more' if row.by == 'difference' else number(value), *verdict(row, value)]


def marks(figures):
    lines = [line for line in (compared(figures, row) for row in MARKS) if line]
    return table(['work', 'procpool', 'beside', 'ratio', 'mark', ''], lines) if lines else ''


def further(figures):
    lines = [line[:4] for line in (compared(figures, row) for row in FURTHER) if line]
    return table(['work', 'procpool', 'beside', 'ratio'], lines) if lines else ''


def references(figures):
    lines = [[work, shown(figures[name], unit), f'{number(reference)} {unit.name}',
              number(figures[name] * unit.scale / reference)]
             for work, name, unit, reference in REFERENCES if name in figures]
    return table(['check of the yardsticks', 'here', 'reference', 'ratio'], lines) if lines else ''


def cell(figures, name, unit):
    return number(figures[name] * unit.scale) if name in figures else ''


def peers(figures):
    if not any(pool.figure('round_trip') in figures for pool in PEERS):
        return ''
    header = ['pool', *(f'{title}, {unit.name}' for title, _, unit in COLUMNS)]
    lines = [[pool.label, *(cell(figures, pool.figure(work), unit) for _, work, unit in COLUMNS)] for pool in POOLS]
    return table(header, [line for line in lines if any(line[1:])])


def deaths(figures):
    lines = [[label(pool.program), figures.notes[f'{pool.program}/killed']] for pool in (POOLS[0], *PEERS)
             if f'{pool.program}/killed' in figures.notes]
    return table(['pool', 'a worker is killed in mid-task, 50 other tasks are there'], lines) if lines else ''


def all_tables(figures):
    return '\n\n'.join(filter(None, [marks(figures), further(figures), peers(figures), deaths(figures),
                                     references(figures)])) + '\n'
