"""Any program that prints events as a source."""
