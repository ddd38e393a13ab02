"""METEOR's synonyms cut down: words share a meaning where METEOR's own class says so."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from real_captions import clotho_references, joined

from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.jvm.process import JavaProcess, JavaService
from benchmark.metrics.meteor.synonyms import cut_synonyms, write_synonyms

ASKING = """
from jpype import JClass

class Service:
    def __init__(self, folder):
        url = JClass("java.net.URI").create
        tables = [url(f"{folder}/english.{n}").toURL() for n in ("exceptions", "synsets", "none")]
        self.dictionary = JClass("edu.cmu.meteor.aligner.SynonymDictionary")(*tables)

    def meanings(self, words):
        for word in words:
            found = JClass("java.util.HashSet")(self.dictionary.getSynSets(word))
            found.addAll(self.dictionary.getStemSynSets(word))
            yield sorted(int(number) for number in found)
"""
TEXT = (
    "dog dogs hound barks barking bark woof cars automobile men man people person churches boxes "
    "buzzes 's u.s. is are be was were a an i s ss bass glasses flies fly running runs ran faster "
    "fastest loudly helpful hopeful handfuls women noises sounds sound noise axes leaves wolves "
    "犬 café é 🎶 -lrb- x"
)
WORDS = TEXT.split(" ")


@pytest.fixture(scope="module")
def jar():
    return pycocoevalcap_file("meteor/meteor-1.5.jar")


def meanings_of(words, folder, jar, tmp_path):
    module = tmp_path / "asking.py"
    module.write_text(ASKING, encoding="utf-8")
    service = JavaService("METEOR", module, [jar], 256, settings={"folder": folder})
    with JavaProcess(service) as process:
        return dict(zip(words, process.ask("meanings", 60.0, words=words), strict=True))


def sharing(meanings):
    words_of = defaultdict(set)
    for word in sorted(meanings):
        for meaning in meanings[word]:
            words_of[meaning].add(word)
    return {pair for words in words_of.values() for pair in combinations(sorted(words), 2)}


def vocabulary():
    captions = [text for several in clotho_references() for text in joined(several)]
    return list(dict.fromkeys([*WORDS, *" ".join(captions).split()]))


def test_words_share_a_meaning_where_meteors_whole_table_says_so(jar, tmp_path):
    words = vocabulary()
    whole = meanings_of(words, f"jar:{jar.as_uri()}!/synonym", jar, tmp_path)
    cut = cut_synonyms(jar, words)
    assert ("barks", "dogs") not in sharing(whole)
    assert ("automobile", "cars") in sharing(whole)
    assert sharing(cut) == sharing(whole)
    assert sum(map(len, cut.values())) < sum(map(len, whole.values())) / 3


def test_meteor_reads_what_is_written_and_finds_nothing_more(jar, tmp_path):
    cut = cut_synonyms(jar, WORDS)
    write_synonyms(cut, WORDS, tmp_path)
    read = meanings_of(WORDS, Path(tmp_path).as_uri(), jar, tmp_path)
    assert read == {word: sorted(map(int, cut.get(word, []))) for word in WORDS}


def test_without_words_there_is_nothing_to_share(jar, tmp_path):
    assert cut_synonyms(jar, []) == {}
    write_synonyms({}, [], tmp_path)
    assert meanings_of(["dogs"], tmp_path.as_uri(), jar, tmp_path) == {"dogs": []}
