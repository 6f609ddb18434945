"""When to call for help: pure rules on readings. Not an alarm system as IEC 60601-1-8 means it."""
