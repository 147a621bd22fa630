"""Can everybody tell the colours? Contrast as WCAG 2.1 defines it, in each theme, and with each deficiency of sight."""

import math
import re

import pytest

from wallboard.assets import STATIC
from wallboard.record.checks import THEMES
from wallboard.record.colours import GROUNDS, HEADS, least_contrast
from wallboard.record.colours import contrast as contrast_of

TEXT, MARK = 4.5, 3.0
FILES = {"dark": "tokens.css", "light": "light.css", "contrast": "contrast.css"}
MARKS = ("idle", "ringing", "engaged", "holding", "wrapup", "paused", "busy", "unreachable", "unknown", "accent")
# On which grounds each text stands (static/css).
TEXTS = {
    "text": ("ground", "surface", "raised", "good-ground", "warn-ground", "alarm-ground", "stale-ground", "hatch"),
    "text-dim": ("ground", "surface", "raised", "warn-ground", "alarm-ground"),
    "text-faint": ("surface",),
    "good": ("ground", "surface"),
    "warn": ("surface", "warn-ground"),
    "alarm": ("surface", "raised", "alarm-ground"),
    "stale": ("stale-ground", "hatch"),
    "ribbon": ("ribbon-ground",),
}
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHTS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
Colour = tuple[float, float, float]


def tokens(theme: str) -> dict[str, Colour]:
    text = (STATIC / "css" / FILES[theme]).read_text(encoding="utf-8")
    return {
        name: tuple(_linear(int(value[at : at + 2], 16) / 255) for at in (0, 2, 4))  # type: ignore[misc]
        for name, value in re.findall(r"--([a-z-]+): #([0-9a-f]{6});", text)
    }


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b*, D65."""
    red, green, blue = colour
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (max(part, 0) ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: Colour, sight: str) -> Colour:
    rows = SIGHTS[sight]
    return tuple(min(1.0, max(0.0, sum(a * b for a, b in zip(row, colour, strict=True)))) for row in rows)  # type: ignore[return-value]


def distance(one: Colour, other: Colour) -> float:
    """Delta E of 1976: about 2 can just be seen."""
    return math.dist(one, other)


def test_every_theme_has_every_token() -> None:
    assert set(FILES) == set(THEMES)
    assert tokens("dark").keys() == tokens("light").keys() == tokens("contrast").keys()


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_every_ground_that_it_stands_on(theme: str) -> None:
    colours = tokens(theme)
    faint = {
        (name, ground): round(found, 2)
        for name, grounds in TEXTS.items()
        for ground in grounds
        if (found := contrast(colours[name], colours[ground])) < TEXT
    }
    assert faint == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_from_the_card_that_they_are_on(theme: str) -> None:
    colours = tokens(theme)
    grounds = ("surface", "raised")
    faint = [(mark, on) for mark in MARKS for on in grounds if contrast(colours[mark], colours[on]) < MARK]
    assert faint == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_good_is_told_from_bad_by_whoever_sees_fewer_colours(theme: str, sight: str) -> None:
    colours = tokens(theme)
    for bad in ("warn", "alarm"):
        assert distance(lab(seen(colours["good"], sight)), lab(seen(colours[bad], sight))) > 20, bad


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_warning_and_alarm_differ_too(theme: str, sight: str) -> None:
    colours = tokens(theme)
    warn, alarm = (lab(seen(colours[name], sight)) for name in ("warn", "alarm"))
    assert distance(warn, alarm) > 10


def test_a_colour_of_one_s_own_is_compared_with_the_grounds_of_these_themes() -> None:
    for theme, grounds in GROUNDS.items():
        text = (STATIC / "css" / FILES[theme]).read_text(encoding="utf-8")
        own = set(re.findall(r"--(?:surface|raised): (#[0-9a-f]{6});", text))
        assert own == set(grounds), theme
        assert re.findall(r"--ground: (#[0-9a-f]{6});", text) == [HEADS[theme]]
    assert least_contrast("#767676", "light") == pytest.approx(contrast_of("#767676", "#f3f5f8"))
    assert contrast_of("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_what_is_late_keeps_its_full_colour() -> None:
    """Opacity would take the contrast away again."""
    css = (STATIC / "css" / "board.css").read_text(encoding="utf-8")
    assert "opacity" not in css
