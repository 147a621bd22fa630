"""What leaves the house when an alert is raised? told ─▶ outbox ─▶ pacing ─▶ notify."""
