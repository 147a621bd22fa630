"""What stands in each kind of tile at first paint: one file a kind, as in static/js/tiles and templates/tiles."""
