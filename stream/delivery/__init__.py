"""How readings reach receivers outside this program, also after an outage."""
