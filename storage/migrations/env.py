"""Run migrations on the connection that Database hands in."""

from alembic import context

from storage import chat_tables, output_tables  # noqa: F401 - their tables belong to the metadata
from storage.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
