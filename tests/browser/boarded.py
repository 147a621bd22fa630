"""A real server of a test that has these boards and no others."""

from dataclasses import replace

from wallboard.config import Config, Server


def with_boards(config: Config, **texts: str) -> Config:
    folder = config.data / "boards"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return replace(config, server=Server(boards=str(folder)))
