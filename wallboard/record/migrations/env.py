"""How does Alembic reach the record? On the connection, and in the transaction, that record/database.py gives it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
