"""Recordings read outside a run: single frames looked up, the first frames, whether it is still the same one."""
