"""Networks that can be trained, one file each; their names are in `stream/config/plugins.py`."""
