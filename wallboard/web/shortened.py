"""What stands of an alert where there is no room for all of it? Its numbers: the name before them is cut.

The same as static/js/shortened.js does.
"""

LEAST_NAME = 4  # letters


def shortened(text: str, name: str, letters: int, lines: int) -> str:
    """`letters` a line."""
    for kept in range(len(name), LEAST_NAME, -1):
        said = text if kept == len(name) else text.replace(name, f"{name[:kept].rstrip()}…", 1)
        if lines_of(said, letters) <= lines:
            return said
    return text


def stands(text: str, room: int, letters: int | None) -> bool:
    """Whether it does in as many lines as `room` letters fill; `letters` a line, None: each is filled to its end."""
    return lines_of(text, letters) <= room // letters if letters else len(text) <= room


def lines_of(text: str, letters: int) -> int:
    """Words stay whole, but one that is longer than a line."""
    return sum(_lines_of_one(line, letters) for line in text.split("\n"))


def _lines_of_one(text: str, letters: int) -> int:
    lines, room = 1, letters
    for word in text.split(" "):
        if len(word) > room and room < letters:
            lines, room = lines + 1, letters
        lines += (len(word) - 1) // letters if word else 0
        room -= (len(word) - 1) % letters + 2 if word else 1
    return lines
