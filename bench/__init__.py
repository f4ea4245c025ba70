"""The comparisons that docs/performance.md tells of: ``make bench``."""
