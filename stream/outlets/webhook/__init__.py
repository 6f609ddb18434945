"""Webhook: alarms, and what else is chosen, as signed POST requests to an address (standardwebhooks.com, version 1)."""
