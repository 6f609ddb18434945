"""Messages for clinical records, as standards of health care have them."""
