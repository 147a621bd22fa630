"""What every alert rule that was changed on the page was before."""

import sqlalchemy as sa
from alembic import op

revision = "a0001"
down_revision: str | None = "w0001"


def upgrade() -> None:
    op.create_table(
        "rule_revisions",
        sa.Column("rule", sa.String(256)), sa.Column("revision", sa.Integer),
        sa.Column("at_ms", sa.BigInteger, nullable=False), sa.Column("who", sa.String(256), nullable=False),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("rule", "revision"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("rule_revisions")
