"""The screens that were paired: what each is called, which board it shows, and what it comes in with."""

import sqlalchemy as sa
from alembic import op

revision = "s0001"
down_revision: str | None = "b0001"


def upgrade() -> None:
    op.create_table(
        "screens",
        sa.Column("id", sa.String(16), primary_key=True), sa.Column("name", sa.String(64), nullable=False),
        sa.Column("board", sa.String(512), nullable=False), sa.Column("credential", sa.String(64), unique=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False), sa.Column("created_by", sa.String(256), nullable=False),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("screens")
