"""Frame sources: recordings, pictures, cameras, the synthetic microscope. `capture.sources.opening` opens them."""
