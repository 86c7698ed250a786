"""Keep the address under which a feed was added, and find quickly when a feed last showed an entry.

Phase: pre (the old code may keep running beside it).

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_url", sa.Text(), server_default="", nullable=False))
        batch_op.create_index("ix_feeds_given", ["given_url"], unique=False)
    op.execute("UPDATE feeds SET given_url = url")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("ix_entries_feed_seen", ["feed_id", "last_seen"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("ix_entries_feed_seen")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_index("ix_feeds_given")
        batch_op.drop_column("given_url")
