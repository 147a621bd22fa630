"""What is kept of contacts for a week, so that what comes of them later can be counted."""

import sqlalchemy as sa
from alembic import op

revision = "h0003"
down_revision: str | None = "h0002"


def upgrade() -> None:
    op.create_table(
        "history_contacts",
        sa.Column("source", sa.String(512)), sa.Column("contact", sa.String(512)),
        sa.Column("ended_ms", sa.BigInteger, nullable=False, index=True), sa.Column("told", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "contact"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("history_contacts")
