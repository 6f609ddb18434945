"""What travels between processes and to subscribers, and what each part promises."""
