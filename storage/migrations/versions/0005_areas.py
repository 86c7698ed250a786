"""Keep which places entries name, and where a person looks for a few days

Phase: pre (the old code may keep running beside it: the tables are new).

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import sqlmodel

import storage.columns

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('areas',
    sa.Column('id', BIG, nullable=False),
    sa.Column('chat_id', BIG, nullable=False),
    sa.Column('stops', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('km', sa.Integer(), nullable=False),
    sa.Column('until', storage.columns.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['chat_id'], ['chats.id'], name=op.f('fk_areas_chat_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_areas')),
    sa.UniqueConstraint('chat_id', 'stops', 'km', name=op.f('uq_areas_chat_id_stops_km'))
    )
    op.create_table('area_places',
    sa.Column('area_id', BIG, nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_area_places_area_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('area_id', 'place', name=op.f('pk_area_places'))
    )
    with op.batch_alter_table('area_places', schema=None) as batch_op:
        batch_op.create_index('ix_area_places_place', ['place'], unique=False)
    op.create_table('entry_places',
    sa.Column('entry_id', BIG, nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_entry_places_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('entry_id', 'place', name=op.f('pk_entry_places'))
    )
    with op.batch_alter_table('entry_places', schema=None) as batch_op:
        batch_op.create_index('ix_entry_places_place', ['place'], unique=False)


def downgrade() -> None:
    op.drop_table('entry_places')
    op.drop_table('area_places')
    op.drop_table('areas')
