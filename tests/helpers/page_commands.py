"""What tests of the page do before it is opened."""

from __future__ import annotations

from click.testing import CliRunner

from benchmark.cli.main import bench as cli

HOSTILE = """</script><script>alert(1)</script><img src=x onerror="alert(2)">"""


def invoke(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output
