"""One file a format; every exporter is verified after writing."""
