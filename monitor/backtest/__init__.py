"""What rules would have done on articles that the monitor has seen, or on a file of them."""
