"""Sixty names that somebody might give to a queue, an agent or a reason to break a page."""

LONG = 256

MARKUP = (
    "<img src=x onerror=pwned=1>",
    "<script>pwned=1</script>",
    "</script><script>pwned=1</script>",
    "<svg onload=pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<a href=javascript:pwned=1>press</a>",
    "<style>*{display:none}</style>",
    "<body onload=pwned=1>",
    "<math><mi xlink:href='javascript:pwned=1'>",
    "<details open ontoggle=pwned=1>",
    "<!--",
    "-->",
    "]]><x>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "</title><h1>",
    "</textarea><b>",
    "<template><img src=x onerror=pwned=1>",
    "<plaintext>",
    "&lt;b&gt;&amp;&#x3c;",
)
SCRIPT = (
    "';pwned=1;//",
    '";pwned=1;//',
    "`${pwned=1}`",
    "\\u003cscript\\u003e",
    "javascript:pwned=1",
    "data:text/html,<script>pwned=1</script>",
    '" onmouseover="pwned=1',
    "' autofocus onfocus='pwned=1",
    "\u2028pwned=1\u2029",
    "</SCRIPT >",
    "x" * 9 + "\\",
    "\\\"');",
)
TEMPLATE = (
    "{{7*7}}",
    "{% raw %}{% endraw %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{time}",
    "%s%n%x",
    "{0.__class__}",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
)
DIRECTION = ("\u202eevil\u202c", "\u2066abc\u2069\u2067def", "ا\u202e12\u202d34", "\u200f\u200e\u061c", "\u202e" * 40)
FLOODS = (
    "Z" + "\u0301" * (LONG - 1),
    "ก" + "\u0e49" * (LONG - 1),
    "\u0489" * LONG,
    "W" * LONG,
    "漢" * LONG,
    "👨‍👩‍👧‍👦" * 36,
    "\u200b" * LONG,
    "ﷺ" * 80,
    "i" * 128 + " " + "i" * 127,
)
PATHS = ("../../etc/passwd", "a/b?c#d&e=f")

NAMES = (*MARKUP, *SCRIPT, *TEMPLATE, *DIRECTION, *FLOODS, *PATHS)
