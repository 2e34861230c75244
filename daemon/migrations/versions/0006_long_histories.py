"""Indexes that answer what every look and page asks, however long the history is."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.drop_index("ix_intent_state", "intent")
    op.drop_index("ix_letter_state", "letter")
    op.create_index("ix_intent_life", "intent", ["state", "at", "key"])
    op.create_index("ix_intent_kind", "intent", ["kind"])
    op.create_index("ix_letter_life", "letter", ["state", "at"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index("ix_letter_life", "letter")
    op.drop_index("ix_intent_kind", "intent")
    op.drop_index("ix_intent_life", "intent")
    op.create_index("ix_letter_state", "letter", ["state"])
    op.create_index("ix_intent_state", "intent", ["state"])
