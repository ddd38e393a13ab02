from __future__ import annotations


def test_the_list_has_one_line_for_each_system(bench):
    lines = bench("systems").stdout.splitlines()
    assert sum(line.startswith("constant ") for line in lines) == 1
    assert not any("caption: str" in line for line in lines)


def test_a_named_system_shows_types_defaults_and_meaning_of_its_options(bench):
    shown = bench("systems", "constant").stdout
    assert "caption: str (default 'a person" in shown
    assert "what is said about every clip" in shown


def test_a_system_without_options_says_so(bench):
    assert "no options" in bench("systems", "human").stdout


def test_an_unknown_system_is_refused_with_the_nearest_name(bench):
    result = bench("systems", "constan")
    assert result.returncode == 2
    assert "Did you mean 'constant'" in result.stderr
