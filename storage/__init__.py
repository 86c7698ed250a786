"""Keep what is known: the only place that knows tables."""
