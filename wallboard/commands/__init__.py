"""The commands, one file a group. `cli` finds them here by name."""
