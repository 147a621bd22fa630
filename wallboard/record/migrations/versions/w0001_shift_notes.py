"""Notes that one shift leaves to the next."""

import sqlalchemy as sa
from alembic import op

revision = "w0001"
down_revision: str | None = "p0001"


def upgrade() -> None:
    op.create_table(
        "shift_notes",
        sa.Column("id", sa.String(16), primary_key=True), sa.Column("shift_ms", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True), sa.Column("who", sa.String(256), nullable=False),
        sa.Column("by", sa.String(256), nullable=False), sa.Column("teams", sa.Text),
        sa.Column("text", sa.Text, nullable=False), sa.Column("read_by", sa.String(256)),
        sa.Column("read_ms", sa.BigInteger),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("shift_notes")
