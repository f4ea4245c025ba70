"""What Soketi 1.6.1 does otherwise, by the test that shows it.

Each of these tests has to fail over Soketi, and every other one to pass: a departure
that ends, or a new one, fails the suite. A name without brackets stands for all of its
parameters. docs/conformance.md has the same sentences.
"""

ALWAYS_200 = "Every refusal of the HTTP API has the status 200, with this engine."
NO_CLOCK = "The time stamp of a request is not looked at."
NO_KEY = "The auth_key of a request is not looked at."
NO_PROTOCOL = "The protocol's version is not looked at."
DIES = "The whole server dies of it (an exception nobody catches)."
ANYBODY = "Anybody may subscribe to any name with a #, another user's own channel too."
OTHER_LIMITS = "The limit is another one (more than Pusher's), and the status is 200."
USER = "channel_data without a user_id are let in."
CLOSES = "It closes the connection after each answer."

_signed = "test_t12_a_request_that_is_not_signed_right_does_nothing"
_bad_frame = "test_t11_a_malformed_frame_disturbs_nobody"
_user = "test_t3_a_presence_channel_needs_to_know_who"
_refusal = "test_t1_who_is_refused_is_told_by_the_close_code"
_client_event = "test_t8_a_client_event_that_may_not_be_reaches_nobody"
_member = "test_t6_the_limits_are_exact_and_in_bytes"

DEPARTURES: dict[str, str] = {
    f"{_refusal}[protocol]": NO_PROTOCOL,
    f"{_refusal}[no protocol]": NO_PROTOCOL,
    f"{_refusal}[path]": "A wrong path is answered with 404, which no page can read.",
    "test_t1_a_page_of_a_foreign_origin_is_refused": "Pages of any origin are let in.",
    "test_t3_a_refusal_is_a_pusher_error": (
        "A refused subscribe gets pusher:subscription_error, which hosted Pusher "
        "never sends."
    ),
    f"{_user}[{{}}]": USER,
    f'{_user}[{{"user_id": ""}}]': USER,
    f"{_user}[[1]]": USER,
    "test_t3_a_wrong_name_is_refused[#private]": ANYBODY,
    "test_t3_the_users_own_channel_is_for_who_is_signed_in": ANYBODY,
    "test_t3_a_wrong_sign_in_keeps_the_connection": (
        "A wrong sign-in closes with 4009, after which pusher-js never comes back."
    ),
    "test_t5_a_second_confirmation_is_never_sent": "A second subscribe is confirmed.",
    "test_t6_a_number_as_id_becomes_a_string": "A user's id stays a number in ids.",
    "test_t6_the_hundred_and_first_is_refused_and_a_further_tab_is_not": (
        "A further tab of somebody who is present is refused once 100 are."
    ),
    f"{_member}[id of 129]": "A member's id has no limit of its own.",
    f"{_member}[info of 1,026 bytes]": "A member may have 2 KB.",
    f"{_client_event}[public]": "Client events go through public channels too.",
    f"{_client_event}[encrypted]": "Client events go through encrypted channels too.",
    "test_t10_a_limit_is_exact_on_a_trigger": OTHER_LIMITS,
    "test_t10_a_batch_has_ten_events_and_is_taken_whole_or_not": ALWAYS_200,
    "test_t10_a_channel_name_is_limited_on_a_subscribe[165-False]": (
        "A channel's name may have 200 characters."
    ),
    f"{_bad_frame}[no data]": DIES,
    f"{_bad_frame}[no data to leave]": DIES,
    f"{_bad_frame}[no data to sign in]": DIES,
    f"{_bad_frame}[null as data]": DIES,
    f"{_bad_frame}[a number as channel]": DIES,
    f"{_bad_frame}[a lone surrogate]": "It is taken as a channel's name.",
    "test_t11_a_binary_frame_is_no_event": "A binary frame is taken as text.",
    "test_t11_a_frame_of_a_megabyte_closes_its_connection_alone": (
        "A frame may have 100 MB."
    ),
    "test_t11_what_is_small_only_while_compressed_is_refused_too": (
        "A frame may have 100 MB."
    ),
    f"{_signed}[another key]": NO_KEY,
    f"{_signed}[601 seconds ago]": NO_CLOCK,
    f"{_signed}[in 601 seconds]": NO_CLOCK,
    f"{_signed}[no number as time]": NO_CLOCK,
    "test_t12_a_request_that_is_not_signed_right_is_401": ALWAYS_200,
    "test_t12_a_wrong_signature_is_401_and_tells_no_right_one": ALWAYS_200,
    "test_t12_another_app_is_refused": ALWAYS_200,
    "test_t13_a_refusal_has_its_status_and_says_why_in_json": ALWAYS_200,
    "test_t13_a_refusal_has_its_status_and_says_why_in_json[unknown path]": (
        "An unknown path is answered with 404 and an empty body."
    ),
    "test_t13_one_connection_serves_many_requests": CLOSES,
    "test_t13_an_answer_never_waits_for_an_acknowledgement": CLOSES,
    "test_t14_it_reaches_and_terminates_a_user": (
        "The path that the pusher package uses to terminate a user is unknown."
    ),
    "test_t14_it_is_told_what_is_wrong": ALWAYS_200,
    "test_t17_a_reader_that_stops_reading_is_cut_off_and_delays_nobody": (
        "A slow reader silently loses events, and stays connected."
    ),
    "test_t19_a_stop_says_1012_so_that_browsers_are_back_in_a_second": (
        "A stop says 4200, after which pusher-js is back only after 15 s."
    ),
}
