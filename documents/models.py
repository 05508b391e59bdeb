"""What is written down, and for whom."""
