"""Each number of bad input that the API answers for is tried somewhere, and what is said to try it is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TRIED = {
    "B01": "bad_input/test_bodies.py::test_what_is_not_the_json_asked_for_is_refused",
    "B02": "bad_input/test_bodies.py::test_what_cannot_be_kept_is_named",
    "B03": "bad_input/test_bodies.py::test_what_cannot_be_kept_is_named"
    " bad_input/test_fields.py::test_a_value_that_the_description_excludes_is_refused_by_its_field",
    "B04": "bad_input/test_transport.py::test_a_body_that_cannot_be_read_right_is_not_read"
    " bad_input/test_bodies.py::test_a_body_of_10_megabytes_is_refused"
    " api/test_server.py::test_lines_and_headers_without_end_are_refused",
    "B05": "bad_input/test_transport.py::test_another_content_type_than_the_one_asked_for_is_refused"
    " bad_input/test_transport.py::test_a_form_of_5000_fields_is_refused",
    "B06": "bad_input/test_fields.py::test_what_is_no_field_is_refused_and_named",
    "B07": "bad_input/test_fields.py::test_what_is_missing_is_named"
    " bad_input/test_fields.py::test_a_value_that_the_description_excludes_is_refused_by_its_field",
    "B08": "bad_input/test_addresses.py::test_a_wrong_value_of_a_parameter_is_named"
    " bad_input/test_addresses.py::test_an_unknown_parameter_is_refused_and_named"
    " bad_input/test_addresses.py::test_a_parameter_that_comes_twice_is_refused_and_named",
    "B09": "bad_input/test_addresses.py::test_a_method_that_is_not_there_is_told_which_are"
    " bad_input/test_addresses.py::test_no_header_makes_another_method_of_one",
    "B10": "bad_input/test_bodies.py::test_what_cannot_be_kept_is_named",
    "B11": "bad_input/test_addresses.py::test_an_address_that_names_nothing_is_404",
    "B18": "bad_input/test_road.py::test_no_step_leads_off_the_road"
    " bad_input/test_road.py::test_what_only_the_clock_does_nobody_asks_for"
    " workflow/test_road_model.py::test_the_road_is_what_its_table_says_whoever_walks_it",
    "B19": "bad_input/test_headers.py::test_what_does_not_name_the_version_that_is_there_changes_nothing"
    " api/test_upsert.py::test_the_version_that_was_seen_is_honoured_when_it_is_named",
    "B20": "bad_input/test_road.py::test_nobody_is_charged_who_cannot_take_it_on"
    " api/test_actions.py::test_nobody_judges_his_own_work"
    " workflow/test_verification.py::test_who_verified_the_first_stage_does_not_verify_the_second"
    " concurrency/test_public_and_papers.py::test_two_items_merged_into_each_other_at_once_make_no_circle",
    "B21": "workflow/test_decomposition.py::test_the_whole_cannot_be_submitted_while_a_part_is_open"
    " workflow/test_rectification.py::test_nothing_is_submitted_without_evidence"
    " workflow/test_decomposition.py::test_a_part_of_a_closed_whole_is_not_reopened",
    "B22": "bad_input/test_road.py::test_a_day_that_cannot_be_is_refused"
    " bad_input/test_road.py::test_a_moment_that_cannot_be_is_refused"
    " workflow/test_assignment.py::test_a_deadline_in_the_past_is_refused"
    " workflow/test_assignment.py::test_a_deadline_of_the_year_9999_is_a_slip_of_the_pen"
    " api/test_actions.py::test_the_ends_of_time_do_no_harm",
    "B23": "workflow/test_procedures.py::test_what_makes_no_sense_is_refused_with_its_field"
    " workflow/test_procedures.py::test_every_number_has_its_limits"
    " workflow/test_climbing.py::test_a_vacant_post_leaves_its_notice_to_the_next_level_and_raises_an_alarm",
    "B24": "api/test_upsert.py::test_what_comes_late_changes_nothing"
    " api/test_upsert.py::test_two_clients_with_the_same_word_mean_two_items",
    "B37": "api/test_token.py::test_after_many_wrong_secrets_nothing_is_tried_from_there"
    " api/test_token.py::test_the_client_itself_is_not_locked_out_elsewhere"
    " accounts/test_sign_in.py::test_a_stranger_elsewhere_cannot_shut_a_colleague_out"
    " accounts/test_sign_in.py::test_unknown_and_wrong_are_told_in_the_same_words",
    "B39": "api/test_token.py::test_its_old_token_stops_at_once"
    " api/test_token.py::test_an_expired_token_is_refused"
    " api/test_token.py::test_a_token_in_the_address_is_refused_even_beside_a_good_session",
    "B40": "api/test_signed.py::test_a_replay_is_refused"
    " api/test_signed.py::test_another_body_than_the_signed_one_changes_nothing"
    " api/test_signed.py::test_saying_where_one_comes_from_helps_nobody",
    "B41": "api/test_webhooks.py::test_nothing_may_be_sent_where_nobody_has_allowed_it"
    " notifications/test_targets.py::test_what_cannot_be_allowed_is_refused_with_a_sentence",
    "B42": "bad_input/test_headers.py::test_what_is_no_key_is_refused"
    " bad_input/test_headers.py::test_a_key_is_of_one_request_only",
}
NUMBERS = [f"B{number:02}" for number in (*range(1, 12), *range(18, 25), 37, *range(39, 43))]


def names_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_number_is_tried() -> None:
    assert sorted(TRIED) == NUMBERS


@pytest.mark.parametrize("number", TRIED)
def test_what_tries_it_is_there(number: str) -> None:
    for named in TRIED[number].split():
        file, _, test = named.partition("::")
        assert test in names_in(TESTS / file), named
