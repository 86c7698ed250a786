"""Hand what is stored to other programs: Atom, JSON Feed, JSON Lines, CSV, STIX."""
