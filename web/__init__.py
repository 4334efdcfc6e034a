"""The web: pages for people, one-purpose links, calendar feeds, and the probes of machines."""
