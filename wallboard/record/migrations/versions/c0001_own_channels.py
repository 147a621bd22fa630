"""Channels that leads add for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "c0001"
down_revision: str | None = "a0001"


def upgrade() -> None:
    op.create_table(
        "own_channels",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("person", sa.String(32), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.Text, nullable=False), sa.Column("secret", sa.Text, nullable=False),
        sa.Column("least", sa.String(16), nullable=False), sa.Column("quiet", sa.Text),
        sa.Column("made_ms", sa.BigInteger, nullable=False), sa.Column("confirmed_ms", sa.BigInteger),
        sa.Column("code", sa.String(64)), sa.Column("code_ms", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("own_channels")
