"""The words for each sound class: who does what, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """Subjects and predicates that go together, in any pairing.

    Every predicate begins with a verb's plain form. Articles are written "a" throughout;
    ``grammar`` turns them to "an" where needed.
    """

    subjects: tuple[str, ...]
    predicates: tuple[str, ...]
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """How people put one sound into words.

    Attributes:
        frames: for clauses ("a dog barks") and what derives from them ("a dog barking").
        nouns: names of the sound that an adjective may go before ("barking of a dog").
        once: more names, for a single stroke; often: for several or for a lasting sound.
        deep: more subjects of the first frame, where the voice is deep; high: likewise.
    """

    frames: tuple[Frame, ...]
    nouns: tuple[str, ...]
    once: tuple[str, ...] = ()
    often: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()
    high: tuple[str, ...] = ()


def _words(
    subjects: str,
    predicates: str,
    nouns: str,
    *others: tuple[str, str],
    once: str = "",
    often: str = "",
    deep: str = "",
    high: str = "",
) -> Words:
    """Read phrases separated by semicolons; a frame whose subjects begin with "+" is plural."""
    frames = tuple(
        Frame(_phrases(who.removeprefix("+")), _phrases(what), who.startswith("+"))
        for who, what in ((subjects, predicates), *others)
    )
    return Words(frames, *(_phrases(text) for text in (nouns, once, often, deep, high)))


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(";") if phrase.strip())


_SOMEONE = "someone; a person; somebody"

LEXICON: Mapping[str, Words] = {
    "alarm": _words(
        "a alarm; a smoke alarm; a alarm clock; a electronic alarm",
        "beep; go off; sound; emit beeps",
        "beeping of a alarm; alarm beeping; electronic beeping; alarm beeps; a alarm signal",
        ("+electronic beeps; alarm beeps", "sound; ring out; repeat"),
    ),
    "applause": _words(
        "a crowd; a audience; a group of people",
        "applaud; clap; clap their hands; give a round of applause",
        "applause from a crowd; clapping of hands; applause; a round of applause; crowd applause",
        ("+people; many people; spectators", "applaud; clap; clap their hands"),
        ("applause", "break out; ring out; sound"),
    ),
    "baby": _words(
        "a baby; a infant; a young child; a newborn",
        "cry; wail; sob; bawl",
        "crying of a baby; baby crying; wailing of a infant; infant cries; baby cries",
    ),
    "bell": _words(
        "a church bell; a bell; a tower bell",
        "ring; toll; chime; resound",
        "tolling of a church bell; church bell ringing; bell ringing; chiming of a bell",
        once="a stroke of a church bell; a chime of a bell",
        often="church bell chimes; strokes of a bell",
        deep="a large bell; a big church bell",
        high="a small bell; a small church bell",
    ),
    "birds": _words(
        "+birds; several birds; songbirds; small birds",
        "chirp; sing; tweet; twitter; call to each other",
        "chirping of birds; birdsong; bird calls; bird song; twittering of birds",
        ("a bird; a songbird; a small bird", "chirp; sing; tweet; twitter"),
    ),
    "car_horn": _words(
        "a car; a vehicle; a car horn; a automobile",
        "honk; beep; toot",
        "honking of a car; car horn; car honking; blaring of a car horn",
        ("a driver; a motorist", "honk a horn; honk; sound a car horn"),
        ("a horn", "honk; blare; blow"),
        once="a honk of a car; a toot of a car horn",
        often="car honks; honks of a car horn; repeated honking of a vehicle",
        deep="a truck; a lorry",
    ),
    "cat": _words(
        "a cat; a house cat; a feline",
        "meow; mew; miaow; cry out",
        "meowing of a cat; cat meowing; mewing of a cat; meowing",
        once="a meow of a cat; a cat meow",
        often="cat meows; meows of a cat",
        deep="a large cat; a tomcat",
        high="a kitten; a small cat",
    ),
    "clock": _words(
        "a clock; a wall clock; a mechanical clock",
        "tick; tick and tock; tick away",
        "ticking of a clock; clock ticking; ticking; clock ticks; clock ticks and tocks",
        ("+the hands of a clock; clock gears", "tick; tick away; tick and tock"),
    ),
    "crickets": _words(
        "+crickets; insects; several crickets; cicadas",
        "chirp; buzz; sing; trill; make noise",
        "chirping of crickets; cricket song; insect noise; buzzing of insects; chirping of insects",
        ("a cricket; a insect", "chirp; trill; buzz"),
    ),
    "dog": _words(
        "a dog; a canine; a hound",
        "bark; yap; woof",
        "barking of a dog; dog barking; barking; yapping of a dog",
        once="a bark of a dog; a dog bark",
        often="dog barks; barks of a dog",
        deep="a large dog; a big dog",
        high="a small dog; a puppy",
    ),
    "door_slam": _words(
        "a door; a heavy door; a wooden door",
        "slam; slam shut; bang shut; close with a bang",
        "slamming of a door; door slamming; banging of a door; door closing",
        ("someone; a person; somebody", "slam a door; shut a door; bang a door"),
        once="a slam of a door; a bang of a door",
        often="slams of a door; door slams",
    ),
    "dripping": _words(
        "water; a faucet; a tap; a leaky tap",
        "drip; drip into a basin; leak in drops",
        "dripping of water; dripping water; water drops; drips of water",
        ("+water drops; drops of water; water droplets; drips", "fall; splash; drip; plop"),
    ),
    "engine": _words(
        "a engine; a motor; a vehicle; a car engine",
        "idle; run; hum; rumble; chug",
        "idling of a engine; engine noise; humming of a motor; engine idling; vehicle engine",
        deep="a truck engine; a large engine; a diesel engine",
        high="a small engine; a small motor",
    ),
    "fire": _words(
        "a fire; a campfire; a wood fire; a bonfire",
        "crackle; burn; pop and crackle; crackle and burn",
        "crackling of a fire; fire crackling; crackling flames; crackling of burning wood",
        ("+flames; logs", "crackle; burn; pop"),
        ("wood", "burn; crackle in a fire; burn and pop"),
    ),
    "footsteps": _words(
        _SOMEONE,
        "walk; walk across a floor; walk by; take steps; step on a hard floor",
        "footsteps; footsteps on a floor; steps on a hard surface; walking on a hard floor",
        ("+footsteps; footfalls", "sound; echo; tap on a floor; click on a floor"),
    ),
    "glass": _words(
        "glass; a glass; a window; a bottle",
        "break; shatter; smash; break into pieces",
        "breaking of glass; glass breaking; shattering of glass; breaking glass",
        ("someone; somebody", "break glass; smash a window; break a bottle"),
        once="a crash of glass; a smash of a window",
        often="crashes of glass; breaking glass objects",
    ),
    "helicopter": _words(
        "a helicopter; a chopper",
        "fly; hover; fly by; fly overhead; pass overhead; whir",
        "whirring of a helicopter; helicopter flying; helicopter noise; helicopter rotor noise",
        ("+the blades of a helicopter; helicopter rotors", "spin; whir; chop the air"),
    ),
    "knocking": _words(
        _SOMEONE,
        "knock; knock on a door; tap on wood; rap on a door; knock on wood",
        "knocking on a door; knocking; knocks on a door; tapping on wood; rapping on a door",
        ("a visitor; a hand", "knock on a door; rap on a door; tap on a door"),
    ),
    "man": _words(
        "a man; a adult male; a male; a male speaker",
        "speak; talk; give a speech; say something; speak with a deep voice",
        "speech of a man; male speech; man speaking; man talking; male voice; talking of a man",
        ("a male voice", "speak; talk; say something"),
    ),
    "rain": _words(
        "rain; the rain",
        "fall; pour; pour down; patter; fall on a roof; come down",
        "rainfall; rain; falling rain; rain falling; pouring rain; patter of rain",
        ("+raindrops; drops of rain", "fall; patter; patter on a roof; hit a surface"),
    ),
    "sheep": _words(
        "a sheep; a lamb; a farm sheep",
        "bleat; baa; cry out",
        "bleating of a sheep; sheep bleating; baaing of a sheep; bleating",
        once="a bleat of a sheep; a sheep bleat",
        often="sheep bleats; bleats of a sheep",
        deep="a ram; a adult sheep",
        high="a small lamb; a young sheep",
    ),
    "siren": _words(
        "a siren; a emergency siren; a police siren; a ambulance siren",
        "wail; blare; sound; go off; howl",
        "wailing of a siren; siren wailing; siren blaring; emergency vehicle siren; police siren",
        ("a ambulance; a police car; a fire truck; a emergency vehicle", "sound a siren"),
    ),
    "snoring": _words(
        "someone; a person; a man; somebody",
        "snore; snore heavily; sleep and snore; breathe and snore",
        "snoring of a person; snoring; snores of a person; person snoring; snoring noises",
    ),
    "stream": _words(
        "a stream; a brook; a creek; a small river",
        "flow; babble; gurgle; trickle; run; flow over rocks",
        "flowing of a stream; babbling of a brook; flowing water; running water; water flowing",
        ("water", "flow; stream; run; gurgle; flow over rocks"),
    ),
    "telephone": _words(
        "a telephone; a phone; a landline phone",
        "ring; sound; ring out",
        "ringing of a telephone; telephone ringing; phone ringing; ringing of a phone",
        once="a ring of a telephone; a phone ring",
        often="telephone rings; rings of a phone",
        deep="a old telephone; a rotary phone",
        high="a cordless phone; a electronic phone",
    ),
    "thunder": _words(
        "thunder; a thunderstorm; a storm",
        "rumble; roar; crash; roll; boom",
        "thunder; rumbling of thunder; thunder rumbling; roaring thunder; rolling of thunder",
        once="a clap of thunder; a crash of thunder; a thunderclap",
        often="claps of thunder; thunder claps",
    ),
    "train": _words(
        "a train; a railway train; a freight train; a passenger train",
        "pass; pass by; go by; travel on tracks; clatter along; rumble past; run over rails",
        "passing of a train; train passing; train noise; train passing by; train on tracks",
        ("+the wheels of a train; train cars", "clatter; rattle; rumble over rails"),
    ),
    "typing": _words(
        _SOMEONE,
        "type; type on a keyboard; use a keyboard; press keys on a keyboard; type on a computer",
        "typing; typing on a keyboard; keyboard typing; clicking of a keyboard; keyboard clicks",
        ("a keyboard; a computer keyboard", "click; clatter; clack"),
        ("+keys; computer keys; keyboard keys", "click; clack; clatter"),
    ),
    "waves": _words(
        "+waves; ocean waves; sea waves",
        "crash; break; roll ashore; crash on a shore; wash ashore; lap at a beach",
        "crashing of waves; ocean surf; ocean waves; surf on a beach; waves crashing; sea waves",
        ("the ocean; the sea; surf", "crash; roar; wash ashore; surge; break on a shore"),
    ),
    "whistling": _words(
        "someone; a person; a man; somebody",
        "whistle; whistle a tune; whistle a melody; whistle a song",
        "whistling of a tune; whistling; whistling of a person; whistled melody; person whistling",
    ),
    "wind": _words(
        "wind; the wind; a strong breeze",
        "blow; howl; gust; whistle; rush by; whoosh",
        "blowing of wind; wind blowing; wind noise; howling wind; gusts of wind",
        ("+gusts of wind; strong winds; winds", "blow; howl; rush by"),
    ),
    "woman": _words(
        "a woman; a adult female; a female; a female speaker; a lady",
        "speak; talk; give a speech; say something; chat",
        "speech of a woman; female speech; woman speaking; woman talking; talking of a woman",
        ("a female voice", "speak; talk; say something"),
    ),
}
