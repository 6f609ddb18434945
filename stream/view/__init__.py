"""The page: live, in review and in print. Served to loopback unless configured, nothing fetched from outside."""
