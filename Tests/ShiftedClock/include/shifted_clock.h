// Preloaded, not called.
