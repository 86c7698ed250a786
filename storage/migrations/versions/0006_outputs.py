"""Give watch lists feeds of their own

Phase: pre (the old code may keep running beside it: the table is new).

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import sqlmodel

import storage.columns

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('outputs',
    sa.Column('id', BIG, nullable=False),
    sa.Column('chat_id', BIG, nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created', storage.columns.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['chats.id'], name=op.f('fk_outputs_chat_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outputs')),
    sa.UniqueConstraint('chat_id', name=op.f('uq_outputs_chat_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_outputs_token_hash'))
    )


def downgrade() -> None:
    op.drop_table('outputs')
