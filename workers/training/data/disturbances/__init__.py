"""What else a frame of the same tissue may look like: other light, and objects drawn into it.

`mix.disturbed` makes the copies that a training learns from; `models stress` applies the parts one by one.
"""
