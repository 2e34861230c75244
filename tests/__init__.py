"""The proof. A package, so that no other installed `tests` comes first."""
