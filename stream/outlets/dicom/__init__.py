"""Reports to an archive of pictures (PACS), by C-STORE or STOW-RS."""
