"""Results as notebooks show them."""

from html import escape

import pyarrow as pa

ROWS_SHOWN = 10


def as_html(title: str, table: pa.Table, receipt: str) -> str:
    """Return a title, the first rows of a table, and a receipt as HTML; all text is escaped."""
    return f"<div><p><b>{escape(title)}</b></p>{_table(table)}<pre>{escape(receipt)}</pre></div>"


def fleet_as_html(title: str, table: pa.Table) -> str:
    """Return a title and the first trajectories of a fleet as HTML; all text is escaped."""
    return f"<div><p><b>{escape(title)}</b></p>{_table(table)}</div>"


def lines_as_html(text: str) -> str:
    """Return lines of a heading and its text, two spaces between them, as a table."""
    parts = (line.partition("  ") for line in text.splitlines())
    rows = "".join(
        f"<tr><th>{escape(head.strip())}</th><td>{escape(rest.strip())}</td></tr>"
        for head, _, rest in parts
    )
    return f"<div><table><tbody>{rows}</tbody></table></div>"


def _table(table: pa.Table) -> str:
    shown = table.slice(0, ROWS_SHOWN)
    names = "".join(f"<th>{escape(name)}</th>" for name in shown.column_names)
    cells = zip(*(_texts(column) for column in shown.columns), strict=True)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in cells
    )
    rest = table.num_rows - shown.num_rows
    more = f"<p>and {rest:,} more</p>" if rest > 0 else ""
    return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _texts(column: pa.ChunkedArray) -> list[str]:
    if pa.types.is_floating(column.type):
        return [f"{value:.9g}" for value in column.to_pylist()]
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.string()).to_pylist()
    return [str(value) for value in column.to_pylist()]
