"""Hold the sample outlets and events: invented news, in our own words, marked SAMPLE wherever it is shown."""
