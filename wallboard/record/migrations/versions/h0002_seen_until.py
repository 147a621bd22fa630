"""Until when each day was seen; of older days it is taken that they were seen to their end."""

import sqlalchemy as sa
from alembic import op

revision = "h0002"
down_revision: str | None = "h0001"


def upgrade() -> None:
    op.add_column("history_days", sa.Column("until_ms", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE history_days SET until_ms = ends_ms")


def downgrade() -> None:
    op.drop_column("history_days", "until_ms")
