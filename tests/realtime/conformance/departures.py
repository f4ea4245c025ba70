"""Where Soketi 1.6.1 departs from the protocol, by the test that shows it.

Each of these tests has to fail with Soketi, and every other one to pass: a departure
that ends, or a new one, fails the suite. A name without brackets stands for all of its
parameters. docs/conformance.md has the same sentences.
"""

ALWAYS_200 = "Every error of the HTTP API has the status 200, with this engine."
NO_CLOCK = "A request's auth_timestamp is ignored."
NO_KEY = "A request's auth_key is ignored."
NO_PROTOCOL = "The protocol version is ignored."
DIES = "The whole server crashes (an uncaught exception)."
ANYBODY = (
    "Anybody may subscribe to any name with a #, even to another user's own channel."
)
OTHER_LIMITS = "The limit is larger than Pusher's, and the status is 200."
USER = "channel_data without a user_id are accepted."
CLOSES = "It closes the connection after each response."

_signed = "test_t12_a_request_with_a_wrong_signature_has_no_effect"
_bad_frame = "test_t11_a_malformed_frame_affects_no_other_connection"
_user = "test_t3_a_presence_channel_needs_a_user_id"
_refusal = "test_t1_a_refused_connection_gets_a_close_code"
_client_event = "test_t8_an_invalid_client_event_is_not_relayed"
_member = "test_t6_the_limits_are_exact_and_in_bytes"

DEPARTURES: dict[str, str] = {
    f"{_refusal}[protocol]": NO_PROTOCOL,
    f"{_refusal}[no protocol]": NO_PROTOCOL,
    f"{_refusal}[path]": "A wrong path is answered with 404, which pages cannot read.",
    "test_t1_a_page_of_a_foreign_origin_is_refused": (
        "Pages of any origin are accepted."
    ),
    "test_t3_a_refusal_is_a_pusher_error": (
        "A refused subscribe gets pusher:subscription_error, which hosted Pusher "
        "never sends."
    ),
    f"{_user}[{{}}]": USER,
    f'{_user}[{{"user_id": ""}}]': USER,
    f"{_user}[[1]]": USER,
    "test_t3_an_invalid_name_is_refused[#private]": ANYBODY,
    "test_t3_a_users_own_channel_needs_their_sign_in": ANYBODY,
    "test_t3_a_wrong_sign_in_keeps_the_connection": (
        "A wrong sign-in closes with 4009, after which pusher-js never reconnects."
    ),
    "test_t5_a_second_confirmation_is_never_sent": (
        "A second subscription is confirmed."
    ),
    "test_t6_a_number_as_id_becomes_a_string": (
        "A numeric user id stays a number in ids."
    ),
    "test_t6_the_101st_member_is_refused_but_not_a_members_next_tab": (
        "Another tab of a present member is refused once there are 100 members."
    ),
    f"{_member}[id of 129]": "A member's id has no limit.",
    f"{_member}[info of 1,026 bytes]": "A member may have 2 KB.",
    f"{_client_event}[public]": "Client events go through public channels too.",
    f"{_client_event}[encrypted]": "Client events go through encrypted channels too.",
    "test_t10_a_limit_is_exact_on_a_trigger": OTHER_LIMITS,
    "test_t10_a_batch_has_ten_events_and_is_atomic": ALWAYS_200,
    "test_t10_a_channel_name_is_limited_on_a_subscribe[165-False]": (
        "A channel name may have 200 characters."
    ),
    f"{_bad_frame}[no data]": DIES,
    f"{_bad_frame}[no data to leave]": DIES,
    f"{_bad_frame}[no data to sign in]": DIES,
    f"{_bad_frame}[null as data]": DIES,
    f"{_bad_frame}[a number as channel]": DIES,
    f"{_bad_frame}[a lone surrogate]": "It is accepted as a channel name.",
    "test_t11_a_binary_frame_is_no_event": "A binary frame is treated as text.",
    "test_t11_a_frame_of_a_megabyte_closes_its_connection_alone": (
        "A frame may have 100 MB."
    ),
    "test_t11_a_compression_bomb_is_refused": "A frame may have 100 MB.",
    f"{_signed}[another key]": NO_KEY,
    f"{_signed}[601 seconds ago]": NO_CLOCK,
    f"{_signed}[in 601 seconds]": NO_CLOCK,
    f"{_signed}[no number as time]": NO_CLOCK,
    "test_t12_a_request_with_a_wrong_signature_is_401": ALWAYS_200,
    "test_t12_the_401_does_not_disclose_the_right_signature": ALWAYS_200,
    "test_t12_another_app_is_refused": ALWAYS_200,
    "test_t13_an_error_has_its_status_and_a_reason_in_json": ALWAYS_200,
    "test_t13_an_error_has_its_status_and_a_reason_in_json[unknown path]": (
        "An unknown path is answered with 404 and an empty body."
    ),
    "test_t13_one_connection_serves_many_requests": CLOSES,
    "test_t13_an_answer_never_waits_for_an_acknowledgement": CLOSES,
    "test_t14_it_reaches_and_terminates_a_user": (
        "The path with which the pusher package terminates a user is unknown."
    ),
    "test_t14_it_raises_its_own_exceptions": ALWAYS_200,
    "test_t17_a_slow_consumer_is_cut_off_and_delays_nobody": (
        "A slow consumer silently loses events, and stays connected."
    ),
    "test_t19_a_stop_closes_with_1012": (
        "A stop closes with 4200, after which pusher-js reconnects only after 15 s."
    ),
}
