"""What lies between lens and skin and is not tissue: hair, fibre, dirt, bubbles, glare, border. Found in one frame."""

from workers.capillary.objects.finding import Objects, find_objects

__all__ = ["Objects", "find_objects"]
