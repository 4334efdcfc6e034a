"""Long-lived runs that follow the items, the sweep, the delivery and the clock's ticks."""
