"""Choose, draw and render editions."""
