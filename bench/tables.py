"""Where the tables of docs/performance.md are put: between two comments of the page."""
import os


def write_table(folder, name, lines, end=None):
    """Put the lines into performance.md of this folder, between <!-- name --> and its end; what stood there goes."""
    page = os.path.join(folder, "performance.md")
    start, end = f"<!-- {name} -->", end or f"<!-- end of {name} -->"
    with open(page, encoding="utf-8") as file:
        before, found, rest = file.read().partition(start)
    rest = rest.partition(end)
    if not found or not rest[1]:
        raise SystemExit(f"{page} has no place for the table: {start} ... {end}")
    with open(page, "w", encoding="utf-8") as file:
        file.write("\n".join([before + start, *lines, end]) + rest[2])
