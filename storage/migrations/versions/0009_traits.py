"""Keep with a placement what was compared of its entry, so that a restart reads no text anew

Phase: pre (the old code may keep running beside it: one column, which may be empty).

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('placements', sa.Column('traits', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('placements', 'traits')
