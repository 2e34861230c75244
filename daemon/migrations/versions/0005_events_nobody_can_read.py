"""Events nobody can read."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("feed", sa.Column("unread", text, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column("feed", "unread")
