"""Of Plotly's script, pages get what draws lines and bars."""

from wallboard.web.charts import PLOTLY, lines_and_bars

CORE = b'var Plotly=(()=>{var M=1;var a$=M((e,t)=>{"use strict";t.exports=1});var b1=M((e,t)=>{t.exports=b0()});'
REST = b"var pie=M((e,t)=>{t.exports=2});"
ENTRY = b'var all=M((e,t)=>{"use strict";var k=a$();k.register([b1(),pie()]);t.exports=k});return all();})();'
LICENCES = b"\n/*! licences */\nwindow.Plotly = Plotly;\n"


def test_what_draws_neither_is_left_out_and_the_licences_stay() -> None:
    short = lines_and_bars(CORE + REST + ENTRY + LICENCES)
    assert short == CORE + b"var plotly=a$();plotly.register([b1()]);return plotly;})();" + LICENCES


def test_a_script_of_another_shape_stays_whole() -> None:
    for script in (b"", CORE + REST + LICENCES, CORE.replace(b"b1=", b"b2=") + REST + ENTRY + LICENCES):
        assert lines_and_bars(script) == script


def test_the_installed_package_has_the_shape() -> None:
    whole = PLOTLY.read_bytes()
    short = lines_and_bars(whole)
    assert len(short) < 0.4 * len(whole)
    assert short.startswith(whole[:1000])
    assert short.endswith(whole[-1000:])
