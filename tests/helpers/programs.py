"""Programs that answer the bench, and fail at a moment that they are told."""

from __future__ import annotations

import shlex
import sys

FAKE = """
import json, os, signal, sys, time, wave

act, when = sys.argv[1], int(sys.argv[2])
starts = os.path.join(os.environ["BENCH_SCRATCH"], "starts")
with open(starts, "a") as file:
    file.write("x")
n_starts = os.path.getsize(starts)
hello = json.loads(sys.stdin.readline())
if act == "hello" or (act == "hello-again" and n_starts > 1):
    os.kill(os.getpid(), signal.SIGKILL)
said = {"hello": 1, "batch": 2, "trained_on": ["clotho:development"], "facts": {"eyes": 0}}
print(json.dumps(said), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if any(int(clip["id"]) == when for clip in asked["clips"]):
        if act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if act == "exit":
            print("\\x1b[31mno\\u2028memory", file=sys.stderr)
            sys.exit(3)
        if act == "hang":
            time.sleep(60)
        if act == "rubbish":
            print("WARNING: slow", flush=True)
        if act == "decline":
            print(json.dumps({"call": asked["call"], "error": "too odd"}), flush=True)
            continue
        if act == "flood":
            os.write(1, b"x" * (2 << 20))
        if act == "stderr":
            os.write(2, b"y" * (1 << 20))
    captions = []
    for clip in asked["clips"]:
        with wave.open(clip["path"]) as sound:
            captions.append("%d samples, start %d, of %d"
                            % (sound.getnframes(), n_starts, len(asked["clips"])))
    print(json.dumps({"call": asked["call"], "captions": captions}), flush=True)
    if act == "after" and any(int(clip["id"]) == when for clip in asked["clips"]):
        os.kill(os.getpid(), signal.SIGKILL)
if act == "stay":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
"""


def fake_command(folder, act="none", when=-1):
    """Write the program; it acts at the clip that is called ``when``."""
    path = folder / "fake.py"
    path.write_text(FAKE, encoding="utf-8")
    return (sys.executable, str(path), act, str(when))


def spell_command(words):
    return shlex.join(words)
