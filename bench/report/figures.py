# SPDX-License-Identifier: BSL-1.0
"""What the programs print: `NAME VALUE UNIT`, `note NAME TEXT`, and `# TEXT` about the machine."""
import statistics
from collections import defaultdict


class Figures:
    """All that was measured in one run, round by round."""

    def __init__(self):
        self._values = defaultdict(list)
        self.notes = {}
        self.machine = ''

    def read(self, line):
        first, _, rest = line.strip().partition(' ')
        if first == '#':
            self.machine = rest
        elif first == 'note':
            name, _, text = rest.partition(' ')
            self.notes[name] = text
        elif rest:
            self._values[first].append(float(rest.split()[0]))

    def __contains__(self, name):
        return name in self._values

    def __getitem__(self, name):
        """The median."""
        return statistics.median(self._values[name])

    def best(self, names, more_is_better):
        """Which of these has the best median; None when none was measured."""
        measured = [name for name in names if name in self]
        return (max if more_is_better else min)(measured, key=self.__getitem__) if measured else None
