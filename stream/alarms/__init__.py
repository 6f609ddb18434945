"""When to call somebody: pure rules on readings. Not an alarm system as IEC 60601-1-8 means it."""
