# SPDX-License-Identifier: BSL-1.0
"""Puts the figures into doc/performance.md, between two markers."""
from pathlib import Path

from report import charts, tables

DOC = Path(__file__).resolve().parents[2] / 'doc'
BEGIN, END = '<!-- figures: begin -->', '<!-- figures: end -->'


def write(figures):
    page = DOC / 'performance.md'
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    images = '\n'.join(f'![{title}](charts/{file})' for file, title in charts.write(figures, DOC / 'charts'))
    page.write_text(f'{before}{BEGIN}\n{figures.machine}\n\n{tables.all_tables(figures)}\n{images}\n{END}{after}')
