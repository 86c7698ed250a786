"""Read feeds: fetch, parse, cadence, OPML."""
