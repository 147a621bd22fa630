"""Everything that lives while a process runs: pipeline, hub, views, the runner of collectors."""
