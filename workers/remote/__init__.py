"""A worker on another machine: the relay that stands for it here, and what runs there."""
