"""The same job as the embedded server's, as a team with Django Channels would write it.

Runs under Daphne in .venv-bench, never in the product. Browsers connect to
``/rooms/<room>/``, and a POST to ``/rooms/<room>/events/`` tells all of them.
"""
