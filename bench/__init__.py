"""The comparisons of docs/performance.md: ``make bench``."""
