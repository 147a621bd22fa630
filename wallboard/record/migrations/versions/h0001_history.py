"""The history: intervals, what was seen of each day, and how far it is written."""

import sqlalchemy as sa
from alembic import op

revision = "h0001"
down_revision: str | None = None


def upgrade() -> None:
    op.create_table(
        "history_intervals",
        sa.Column("kind", sa.String(16)), sa.Column("id", sa.String(512)), sa.Column("started_ms", sa.BigInteger),
        sa.Column("basis", sa.String(8)), sa.Column("amounts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "basis", "started_ms"),
    )  # fmt: skip
    op.create_table(
        "history_days",
        sa.Column("site", sa.String(512)), sa.Column("day", sa.String(10)),
        sa.Column("started_ms", sa.BigInteger, nullable=False), sa.Column("ends_ms", sa.BigInteger, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False), sa.Column("told_by", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("site", "day"),
    )  # fmt: skip
    op.create_table(
        "history_progress",
        sa.Column("name", sa.String(16), primary_key=True), sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("written_ms", sa.BigInteger, nullable=False),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("history_progress", "history_days", "history_intervals"):
        op.drop_table(table)
