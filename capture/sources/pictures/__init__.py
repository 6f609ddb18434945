"""Pictures as a source: files, folders and patterns of them, animations and TIFF stacks."""
