"""Can a colour of one's own be seen on a board? Contrast as WCAG 2.1 defines it, against what it stands on."""

import re

MARK = 3.0  # of shapes and large figures; text would need 4.5
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# As in static/css: what tiles and cards lie on (tests/static/test_themes.py compares).
GROUNDS = {"dark": ("#171b21", "#212730"), "light": ("#ffffff", "#f3f5f8"), "contrast": ("#000000",)}
HEADS = {"dark": "#0d1014", "light": "#eceff2", "contrast": "#000000"}  # what the top line lies on, with the logo


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours `#rrggbb`."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def least_contrast(colour: str, theme: str) -> float:
    return min(contrast(colour, ground) for ground in GROUNDS[theme])


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
