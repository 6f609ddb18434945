"""Draw boxes on layers and the arrows between them, as SVG text that is the same each time. Knows no imports."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Edges = Mapping[tuple[str, str], int]
"""(importing box, imported box) → the number of imports."""

# The layout: boxes in rows, an arrow through several rows as a chain of points that take part in the ordering

Node = tuple[str, str, int]
"""A box: (its name, "", row); or the point of an arrow in a row that it passes: (from, to, row)."""

BOX, POINT, GAP = 148, 14, 18
HEIGHT, ROW = 80, 126
MARGIN = 22


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of nodes from left to right, the centre of each in px, and the chain of nodes of each arrow."""

    rows: list[list[Node]]
    x: dict[Node, float]
    chains: dict[tuple[str, str], list[Node]]


def lay_out(layers: Sequence[Sequence[str]], edges: Edges) -> Layout:
    """Order the boxes of each row so that few arrows cross, then move them towards what they are connected with."""
    row = {member: number for number, layer in enumerate(layers) for member in layer}
    chains = {
        (one, other): [
            (one, "", row[one]),
            *((one, other, between) for between in range(row[one] + 1, row[other])),
            (other, "", row[other]),
        ]
        for one, other in sorted(edges)
    }
    links = [link for chain in chains.values() for link in pairwise(chain)]
    points = sorted({node for chain in chains.values() for node in chain if node[1]})
    rows = [
        [(member, "", number) for member in layer] + [point for point in points if point[2] == number]
        for number, layer in enumerate(layers)
    ]
    rows = ordered(rows, links)
    return Layout(rows, placed(rows, links), chains)


def ordered(rows: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """Return the best order of 40 sweeps by barycentre, down and up in turn (Sugiyama, Tagawa and Toda 1981)."""
    best, fewest = rows, crossings(rows, links)
    for sweep in range(40):
        down = sweep % 2 == 0
        rows = [list(row) for row in rows]
        for number in range(len(rows)) if down else reversed(range(len(rows))):
            at = positions(rows)
            near = {node: neighbours(node, links, above=down) for node in rows[number]}
            middle = {
                node: sum(at[other] for other in others) / len(others) if others else at[node]
                for node, others in near.items()
            }
            rows[number].sort(key=lambda node: (middle[node], at[node]))
        if (number_of := crossings(rows, links)) < fewest:
            best, fewest = rows, number_of
    return best


def positions(rows: Sequence[Sequence[Node]]) -> dict[Node, float]:
    """Return the place of each node in its row, from 0 to 1."""
    return {node: (place + 0.5) / len(row) for row in rows for place, node in enumerate(row)}


def neighbours(node: Node, links: Sequence[tuple[Node, Node]], above: bool) -> list[Node]:
    """Return the nodes that the node is linked with, above or below it."""
    return [one for one, other in links if other == node] if above else [other for one, other in links if one == node]


def crossings(rows: Sequence[Sequence[Node]], links: Sequence[tuple[Node, Node]]) -> int:
    """Count the links that cross each other."""
    at = positions(rows)
    return sum(
        (at[one] - at[two]) * (at[other] - at[another]) < 0
        for number, (one, other) in enumerate(links)
        for two, another in links[:number]
        if one[2] == two[2]
    )


def placed(rows: Sequence[Sequence[Node]], links: Sequence[tuple[Node, Node]]) -> dict[Node, float]:
    """Return the centre of each node: near the mean of its neighbours, in order, without overlap."""
    x = {node: offset - width(row) / 2 for row in rows for node, offset in zip(row, offsets(row), strict=True)}
    for _ in range(60):
        for row in rows:
            near = [neighbours(node, links, above=True) + neighbours(node, links, above=False) for node in row]
            wanted = [
                sum(x[other] for other in others) / len(others) if others else x[node]
                for node, others in zip(row, near, strict=True)
            ]
            x.update(zip(row, spaced(wanted, offsets(row)), strict=True))
    left = min(x[node] - span(node) / 2 for row in rows for node in row)
    return {node: round(value - left + MARGIN, 1) for node, value in x.items()}


def spaced(wanted: Sequence[float], least: Sequence[float]) -> list[float]:
    """Return the values nearest to `wanted` whose distances are at least those of `least` (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for value, offset in zip(wanted, least, strict=True):
        mean, size = value - offset, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        pools.append((mean, size))
    return [mean + offset for mean, offset in zip((m for m, size in pools for _ in range(size)), least, strict=True)]


def span(node: Node) -> int:
    """Return the width of the node, px."""
    return POINT if node[1] else BOX


def offsets(row: Sequence[Node]) -> list[float]:
    """Return the centres of the nodes of a row that begins at 0 and is packed as closely as may be."""
    ends = [sum(span(node) + GAP for node in row[:number]) for number in range(len(row))]
    return [end + span(node) / 2 for end, node in zip(ends, row, strict=True)]


def width(row: Sequence[Node]) -> float:
    """Return the width of a row that is packed as closely as may be, px."""
    return sum(span(node) + GAP for node in row) - GAP


# The picture

STYLE = """
text { font-family: "DejaVu Sans", Verdana, sans-serif; fill: #1f2a37 }
.paper { fill: #ffffff } .row { fill: #f3f6f9 } .box { stroke-width: 1.2 }
.stream { fill: #ffffff; stroke: #4a6fa5 } .capture { fill: #e6f4ea; stroke: #3c8457 }
.workers { fill: #fdf1dc; stroke: #b9812c } .run_stream { fill: #e9eaf6; stroke: #5b5ea6 }
.name { font-size: 13px; font-weight: bold } .what { font-size: 9.5px; fill: #46525f }
.part { font-size: 8.6px; font-style: italic; fill: #4a6fa5 }
.legend { font-size: 10.5px; fill: #46525f } .count { font-size: 8px; fill: #6b7682 }
.arrow { fill: none; stroke: #7b8794; stroke-opacity: 0.75 } .head { fill: #7b8794 }
"""


def svg(
    layers: Sequence[Sequence[str]], edges: Edges, sentences: Mapping[str, str], parts: Mapping[str, Sequence[str]]
) -> str:
    """Return the picture: boxes on layers, each with a sentence and its parts, and the arrows not implied by others."""
    shown = reduced(edges)
    layout = lay_out(layers, shown)
    wide = max(max(layout.x.values()) + BOX / 2 + MARGIN, 640)
    high = ROW * (len(layers) - 1) + HEIGHT + 2 * MARGIN + 40
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{wide:g}" height="{high:g}" rx="10"/>',
        *(
            f'<rect class="row" x="8" y="{top(number) - 10:g}" width="{wide - 16:g}" height="{HEIGHT + 20}" rx="8"/>'
            for number in range(len(layers))
        ),
        *(arrow(layout, chain, shown[edge]) for edge, chain in layout.chains.items()),
        *(
            box(member, layout.x[member, "", row], row, sentences[member], parts[member])
            for row, layer in enumerate(layers)
            for member in layer
        ),
        *legend(edges, shown, high),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def reduced(edges: Edges) -> dict[tuple[str, str], int]:
    """Leave out each arrow that follows from others: A → C if A → B → C. Takes edges without a circle."""
    below: dict[str, set[str]] = {box: set() for edge in edges for box in edge}

    def reach(box: str) -> set[str]:
        return {other for one, other in edges if one == box for other in (other, *reach(other))}

    for box in below:
        below[box] = reach(box)
    return {
        (one, other): number
        for (one, other), number in edges.items()
        if not any(other in below[between] for between in below if (one, between) in edges)
    }


def top(row: int) -> float:
    """Return the upper edge of the boxes in the row, px."""
    return MARGIN + ROW * row


def box(member: str, x: float, row: int, sentence: str, parts: Sequence[str]) -> str:
    """Return one box: its name, its sentence, and below a line the names of its parts."""
    below = textwrap.wrap(", ".join(parts), 31)
    lines = textwrap.wrap(sentence, 26, max_lines=4 - len(below), placeholder=" …")
    left, upper = x - BOX / 2, top(row)
    first_part = upper + HEIGHT + 4 - 11.5 * len(below)
    kind = member.partition(".")[0]
    return "\n".join(
        [
            f'<rect class="box {kind}" x="{left:g}" y="{upper:g}" width="{BOX}" height="{HEIGHT}" rx="6"/>',
            written("name", x, upper + 18, label(member)),
            *(written("what", x, upper + 33 + 11.5 * number, line) for number, line in enumerate(lines)),
            *(written("part", x, first_part + 11.5 * number, line) for number, line in enumerate(below)),
        ]
    )


def written(kind: str, x: float, y: float, words: str) -> str:
    """Return one line of text, centred."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle">{escape(words)}</text>'


def label(member: str) -> str:
    """Return the name as the folder or file has it."""
    return member.removeprefix("stream.").replace(".", "/")


def arrow(layout: Layout, chain: Sequence[Node], number: int) -> str:
    """Return one arrow from the lower edge of a box to the upper edge of another, past the boxes between them."""
    start, end = port(layout, chain[0], chain[1]), port(layout, chain[-1], chain[-2])
    x, y = start, top(chain[0][2]) + HEIGHT
    path = f"M{x:g} {y:g}"
    for node in chain[1:]:
        last = node is chain[-1]
        to_x, to_y = (end, top(node[2]) - 6) if last else (layout.x[node], top(node[2]))
        bend = (to_y - y) / 2
        path += f" C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
        x, y = (to_x, to_y) if last else (to_x, to_y + HEIGHT)
        path += "" if last else f" V{y:g}"
    head = f'<path class="head" d="M{x - 4:g} {y - 2:g} L{x + 4:g} {y - 2:g} L{x:g} {y + 6:g} Z"/>'
    count = f'<text class="count" x="{x + 6:g}" y="{y + 1:g}">{number}</text>'
    return f'<path class="arrow" stroke-width="{0.9 + 0.35 * number**0.5:.2f}" d="{path}"/>\n{head}\n{count}'


def port(layout: Layout, node: Node, towards: Node) -> float:
    """Return where on the node's edge an arrow begins or ends, px; arrows lie in the order of their other ends."""
    up = towards[2] < node[2]
    chains = layout.chains.values()
    pairs = {pair for chain in chains for one, other in pairwise(chain) for pair in ((one, other), (other, one))}
    others = sorted(
        (other for one, other in pairs if one == node and (other[2] < node[2]) == up), key=lambda n: (layout.x[n], n)
    )
    place = (others.index(towards) + 1) / (len(others) + 1)
    return round(layout.x[node] + (place - 0.5) * BOX * 0.8, 1)


def legend(edges: Edges, shown: Edges, high: float) -> list[str]:
    """Return the two lines below the boxes."""
    lines = [
        "An arrow leads from the importing box to the imported one, never up or sideways. A number counts imports.",
        f"{len(shown)} of {len(edges)} arrows are drawn: A to C is left out if A imports B and B imports C.",
    ]
    return [
        f'<text class="legend" x="{MARGIN}" y="{high - 34 + 15 * number:g}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
