"""The tokens of programs: who may send and read what, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "t0001"
down_revision: str | None = "h0003"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(16), primary_key=True), sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False), sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("source", sa.String(256)), sa.Column("queues", sa.Text), sa.Column("teams", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False), sa.Column("created_by", sa.String(256), nullable=False),
        sa.Column("expires_ms", sa.BigInteger), sa.Column("used_ms", sa.BigInteger),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("tokens")
