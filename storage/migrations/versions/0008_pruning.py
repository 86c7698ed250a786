"""Find what refers to a story or an edition, so that removing one reads no whole table

Phase: pre (the old code may keep running beside it: indexes only).

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_deliveries_story', 'deliveries', ['story_id'], unique=False)
    op.create_index('ix_deliveries_edition', 'deliveries', ['edition_id'], unique=False)
    op.create_index('ix_owed_story', 'owed', ['story_id'], unique=False)
    op.create_index('ix_stories_merged', 'stories', ['merged_into'], unique=False)
    op.create_index('ix_desk_acts_story', 'desk_acts', ['story_id'], unique=False)
    op.create_index('ix_hook_calls_story', 'hook_calls', ['story_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_hook_calls_story', 'hook_calls')
    op.drop_index('ix_desk_acts_story', 'desk_acts')
    op.drop_index('ix_stories_merged', 'stories')
    op.drop_index('ix_owed_story', 'owed')
    op.drop_index('ix_deliveries_edition', 'deliveries')
    op.drop_index('ix_deliveries_story', 'deliveries')
