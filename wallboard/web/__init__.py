"""Everything that speaks HTTP: one file per kind of visitor; `app` is the only door."""
