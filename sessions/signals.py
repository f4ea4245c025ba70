"""What apps above this one take part in; sent inside the transaction of an action.

A receiver writes rows, or refuses by raising a broken rule.
"""

from django.dispatch import Signal

# ``member``: a voter in a locked session until now, and no longer.
member_stops_voting = Signal()

# ``poker_session``: locked, about to get another deck.
deck_changing = Signal()

# ``poker_session``: locked, about to end.
session_ending = Signal()
