"""Find entries by their words

Phase: pre (the old code may keep running beside it: what it stores is indexed by the next start).

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from storage import fulltext

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    fulltext.create(op.get_bind())


def downgrade() -> None:
    fulltext.drop(op.get_bind())
