"""The record: what is kept in files and tables beside the stream. Now: boards."""
