"""The store: one table a module, the engine, reads and migrations. The only SQL."""
