"""Tables over several sessions: a row per session, a row per marker."""
