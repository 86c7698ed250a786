"""Post what a chat watches to a webhook

Phase: pre (the old code may keep running beside it: the tables are new).

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import sqlmodel

import storage.columns

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('hooks',
    sa.Column('id', BIG, nullable=False),
    sa.Column('chat_id', BIG, nullable=False),
    sa.Column('url', sa.Text(), server_default='', nullable=False),
    sa.Column('secret', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('not_before', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), server_default='', nullable=False),
    sa.Column('last_ok', storage.columns.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['chat_id'], ['chats.id'], name=op.f('fk_hooks_chat_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hooks')),
    sa.UniqueConstraint('chat_id', name=op.f('uq_hooks_chat_id'))
    )
    op.create_table('hook_calls',
    sa.Column('id', BIG, nullable=False),
    sa.Column('hook_id', BIG, nullable=False),
    sa.Column('story_id', BIG, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('created', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('settled', storage.columns.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['hook_id'], ['hooks.id'], name=op.f('fk_hook_calls_hook_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_hook_calls_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_calls')),
    sa.UniqueConstraint('hook_id', 'story_id', 'revision', name=op.f('uq_hook_calls_hook_id_story_id_revision'))
    )
    op.create_index('ix_hook_calls_open', 'hook_calls', ['state', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('hook_calls')
    op.drop_table('hooks')
