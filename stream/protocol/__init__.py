"""What travels between processes and to subscribers, and the contracts that each part keeps."""
