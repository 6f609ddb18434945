"""The page with a tab for each source, and the way to the pages of the runs behind it."""
