"""Google Docs: text in UTF-16 units, styles that spread, atomic batches (facts 6)."""
