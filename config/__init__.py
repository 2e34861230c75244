"""What the owner may decide: settings, secrets, templates."""
