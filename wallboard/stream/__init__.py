"""Everything that knows Redis: keys, append, read, checkpoint, lease, sign-in."""
