"""The page: live, in review and in print. Served on loopback unless configured; loads nothing from outside."""
