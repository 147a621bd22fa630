"""Boards that are made in the editor, and what every board that it changed was before."""

import sqlalchemy as sa
from alembic import op

revision = "b0001"
down_revision: str | None = "t0001"


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("id", sa.String(64), primary_key=True), sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )  # fmt: skip
    op.create_table(
        "board_revisions",
        sa.Column("board", sa.String(64)), sa.Column("revision", sa.Integer),
        sa.Column("at_ms", sa.BigInteger, nullable=False), sa.Column("who", sa.String(256), nullable=False),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("board", "revision"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("board_revisions")
    op.drop_table("boards")
