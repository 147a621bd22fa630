"""One Asterisk PBX with two halves: queue_log (gap-free, whole seconds) and AMI (immediate, lossy)."""
