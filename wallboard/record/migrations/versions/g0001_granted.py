"""What files granted last."""

import sqlalchemy as sa
from alembic import op

revision = "g0001"
down_revision: str | None = "c0001"


def upgrade() -> None:
    op.create_table(
        "granted", sa.Column("name", sa.String(128), primary_key=True), sa.Column("said", sa.Text, nullable=False)
    )


def downgrade() -> None:
    op.drop_table("granted")
