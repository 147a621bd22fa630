"""People with their roles, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "p0001"
down_revision: str | None = "s0001"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(32), primary_key=True), sa.Column("name", sa.String(256), nullable=False),
        sa.Column("name_key", sa.String(512), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False), sa.Column("bound", sa.Text, nullable=False),
        sa.Column("password", sa.Text), sa.Column("subject", sa.String(512), unique=True),
        sa.Column("disabled", sa.Boolean, nullable=False), sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
    )  # fmt: skip
    op.create_table(
        "audit",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True), sa.Column("who", sa.String(256), nullable=False),
        sa.Column("what", sa.String(64), nullable=False), sa.Column("detail", sa.Text, nullable=False),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("people")
