"""Keep what chats taught the bot, what teams did with stories, what admins did

Phase: pre (the old code may keep running beside it: the tables are new).

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import sqlmodel

import storage.columns

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('tunings',
    sa.Column('id', BIG, nullable=False),
    sa.Column('chat_id', BIG, nullable=False),
    sa.Column('entity', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created', storage.columns.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['chats.id'], name=op.f('fk_tunings_chat_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tunings')),
    sa.UniqueConstraint('chat_id', 'entity', 'kind', 'value', name=op.f('uq_tunings_chat_id_entity_kind_value'))
    )
    op.create_table('desk_acts',
    sa.Column('id', BIG, nullable=False),
    sa.Column('chat_id', BIG, nullable=False),
    sa.Column('story_id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('other', BIG, nullable=True),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['chats.id'], name=op.f('fk_desk_acts_chat_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_desk_acts_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_acts'))
    )
    with op.batch_alter_table('desk_acts', schema=None) as batch_op:
        batch_op.create_index('ix_desk_acts_chat_story', ['chat_id', 'story_id'], unique=False)
    op.create_table('audit',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('act', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('target', sa.Text(), server_default='', nullable=False),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index('ix_audit_at', ['at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_at')
    op.drop_table('audit')
    with op.batch_alter_table('desk_acts', schema=None) as batch_op:
        batch_op.drop_index('ix_desk_acts_chat_story')
    op.drop_table('desk_acts')
    op.drop_table('tunings')
