"""What is measured. Each scenario is a module with ``measure(folder)``, which gives
back its rows (bench/figures.py) and ends every process that it started.
"""
