"""Find entries by their words

Phase: pre (the old code may keep running beside it: what it stores is indexed by the next start).

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from storage import fulltext

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    fulltext.create(op.get_bind())


def downgrade() -> None:
    fulltext.drop(op.get_bind())
