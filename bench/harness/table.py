# SPDX-License-Identifier: Apache-2.0
"""Aligned tables of figures."""


def number(value):
    """Three significant digits or whole thousands: what a benchmark on a shared machine can say."""
    if value is None:
        return '-'
    if value >= 1000:
        return f'{value:,.0f}'
    if value >= 100:
        return f'{value:.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def span(values):
    """Median and (min-max)."""
    from harness.rounds import median
    if not values:
        return '-'
    return f'{number(median(values))} ({number(min(values))}-{number(max(values))})'


def times(value):
    return '-' if value is None else f'{value:.2f}'


def show(title, head, lines):
    """Prints the lines under their heads; the first column is left aligned."""
    cells = [head] + [[str(c) for c in one] for one in lines]
    widths = [max(len(one[i]) for one in cells) for i in range(len(head))]
    print(f'\n{title}')
    for at, one in enumerate(cells):
        print('  '.join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(one, widths))).rstrip())
        if at == 0:
            print('  '.join('-' * w for w in widths))


def verdict(value, aim, at_least=True):
    """The aim and whether it was met; empty without an aim."""
    if aim is None or value is None:
        return ''
    met = value >= aim if at_least else value <= aim
    return f'{">=" if at_least else "<="} {aim:g} {"met" if met else "MISSED"}'
