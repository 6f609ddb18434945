"""Cameras with GenICam's settings: through a GenTL producer (harvesters), aravis, or Basler's pylon."""
