# SPDX-License-Identifier: BSL-1.0
"""Bar charts as SVG, for light and dark pages."""
import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

from report.rows import BIG, POOLS

LEFT, BARS, LINE, TOP = 170, 430, 26, 40
STYLE = '''<style>
text { font: 13px sans-serif; fill: #24292f } .title { font-weight: bold } .axis { font-size: 11px; fill: #6e7781 }
line { stroke: #d0d7de } rect { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .axis { fill: #8d96a0 } line { stroke: #30363d } rect { fill: #6e7681 } .ours { fill: #4493f8 } }
</style>'''


@dataclass(frozen=True)
class Chart:
    file: str
    title: str
    work: str
    is_logarithmic: bool = True

    def bars(self, figures):
        labels = {pool.figure(self.work): pool.label_for(self.work) for pool in POOLS}
        return [(label, figures[name]) for name, label in labels.items() if name in figures]


CHARTS = [
    Chart('throughput.svg', 'No-op tasks per second, 2 workers (more is better)', 'no_op/workers:2'),
    Chart('latency.svg', 'One no-op at a time, microseconds (less is better)', 'round_trip'),
    Chart('echo.svg', '64 MiB echoed, MiB/s both ways together (more is better)', f'echo/bytes:{BIG}', False),
    Chart('start.svg', 'Construction to first result, 8 workers, milliseconds (less is better)', 'start/workers:8/GiB:0'),
]


def decades(values):
    """The powers of ten around all values."""
    return [10.0 ** power for power in range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)]


def even_steps(values):
    """Zero and round numbers beyond all values."""
    power = 10.0 ** math.floor(math.log10(max(values)))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if max(values) / (power * part) <= 5)
    return [step * i for i in range(math.ceil(max(values) / step) + 1)]


def text_of(value):
    """Three digits that count."""
    return f'{float(f"{value:.3g}"):,.0f}' if value >= 100 else f'{value:.3g}'


def grid(ticks, position, height):
    for tick in ticks:
        x = position(tick)
        yield f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{height - 24}"/>'
        yield f'<text class="axis" x="{x:.0f}" y="{height - 8}" text-anchor="middle">{text_of(tick)}</text>'


def bar(row, label, value, position):
    y = TOP + row * LINE
    end = position(value)
    style = ' class="ours"' if label.startswith('procpool') else ''
    yield f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(label)}</text>'
    yield f'<rect{style} x="{LEFT}" y="{y + 4}" width="{max(end - LEFT, 1):.0f}" height="{LINE - 8}" rx="2"/>'
    yield f'<text x="{end + 6:.0f}" y="{y + 17}">{text_of(value)}</text>'


def svg(chart, bars):
    scale = math.log10 if chart.is_logarithmic else float
    ticks = (decades if chart.is_logarithmic else even_steps)([value for _, value in bars])
    height = TOP + len(bars) * LINE + 28

    def position(value):
        return LEFT + BARS * (scale(value) - scale(ticks[0])) / max(scale(ticks[-1]) - scale(ticks[0]), 1)

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{height}" viewBox="0 0 680 {height}">', STYLE,
             f'<text class="title" x="8" y="22">{escape(chart.title)}</text>', *grid(ticks, position, height)]
    for row, (label, value) in enumerate(bars):
        lines += bar(row, label, value, position)
    return '\n'.join([*lines, '</svg>', ''])


def write(figures, folder):
    """Writes those that have something to show, and returns their names and titles."""
    folder.mkdir(exist_ok=True)
    drawn = [(chart, chart.bars(figures)) for chart in CHARTS]
    drawn = [(chart, bars) for chart, bars in drawn if bars]
    for chart, bars in drawn:
        (folder / chart.file).write_text(svg(chart, bars))
    return [(chart.file, chart.title) for chart, _ in drawn]
