"""Makes the list of prompts that proves the tokenizers, with the ids that transformers gives them. See README.md."""
import gzip
import json
import random
import sys
from pathlib import Path

from transformers import CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "deploy" / "models" / "tiny-sdxl" / "base"
OUT = ROOT / "worker" / "src" / "test" / "resources" / "golden" / "tokenizer.jsonl.gz"
RNG = random.Random(20261122)

WORDS = """a the of with in on under an old young red blue golden silver dark bright misty portrait photo painting sketch
landscape castle dragon robot astronaut cat dog horse mountain river ocean forest city street neon cyberpunk baroque
watercolor oil charcoal 8k uhd hdr bokeh f/1.8 50mm iso400 unreal-engine octane_render artstation masterpiece
ultra-detailed photo-realistic hyperrealism chiaroscuro tenebrism don't it's they're we've I'm she'll he'd o'clock rock'n'roll
O'Brien's NASA's CamelCase snake_case kebab-case v1.5 3/4 50% #tag @user C++ e=mc² http://example.com/a?b=c&d=e
supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis""".split()
SENTENCES = [
    "Ein alter Mann füttert Tauben im Park, Ölgemälde", "Une forêt enneigée à l'aube, façon Monet", "Ça va être très très drôle",
    "El niño y el pingüino, acuarela", "Зимний лес на закате, масло", "Стаpый зáмок", "Ένας ναύτης στο λιμάνι ΟΔΥΣΣΕΑΣ",
    "日本の城と桜、浮世絵", "カタカナとひらがなﾊﾝｶｸ", "水墨画风格的山水，远处有一叶扁舟", "繁體中文：夜市的霓虹燈", "서울의 밤, 네온 불빛", "한글",
    "قلعة قديمة في الصحراء عند الغروب", "خَطٌّ عَرَبِيّ مُشَكَّل", "חתול ישן על חלון", "שָׁלוֹם עולם", "एक पुराना मंदिर और मोर",
    "তাজমহল সূর্যাস্তের সময়", "பழைய கோயில்", "ภูเขาและทะเลสาบยามเช้า", "Phở bò Hà Nội, tranh sơn dầu", "İstanbul'da IŞIK ığdır",
    "Ďábelské ódy žluťoučký kůň", "Żółta łódź", "Árvíztűrő tükörfúrógép", "ΣΊΣΥΦΟΣ ΑΣΣ Σ", "ႠႡႢ Ⴀ ა ბ", "Հայաստան", "አዲስ አበባ",
    "ᏣᎳᎩ", "ǅ ǈ ǋ Ǆ ǆ", "Ⅷ ⅷ Ⓐ ⓐ", "ﬁ ﬂ ﬃ ﬀ ﬆ", "ＦＵＬＬ ｗｉｄｔｈ １２３", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝕄𝕒𝕥𝕙 𝒮𝒸𝓇𝒾𝓅𝓉", "½ ¼ ² ³ ¹ ₂ ٣ ४ ๕ 六", "ÅÅÅ Å Ω Ω K K",
    "“curly” ‘quotes’ — dash – … ‚low„", "«guillemets» ‹single›", "don’t can’t we’ll", "a´b`c^d~e¨f", "1,000.50 $5 €20 £3 ¥100 ₿",
]
SPECIALS = ["<|endoftext|>", "<|startoftext|>", "<|ENDOFTEXT|>", "<|StartOfText|>", "<|endoftext", "|endoftext|>", "< |endoftext|>", "!",
            "!!", "!!!", "!a", "a!", "¡", "！", "</w>", "a</w>", "[UNK]", "<pad>", "<s>", "'s", "'S", "'LL", "'re", "'Ve", "'", "''"]
ENTITIES = ["&amp;", "&lt;b&gt;", "&quot;", "&#39;", "&#x1F600;", "&nbsp;", "&amp;amp;", "&notanentity;", "&", "&;", "<b>bold</b>", "<br/>"]
SPACES = [chr(c) for c in (9, 10, 11, 12, 13, 0x20, 0x85, 0xa0, 0x1680, *range(0x2000, 0x200b), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000)]
INVISIBLE = [chr(c) for c in (0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xad, 0x180e, 0x34f,
                              0x61c, 0xfe0e, 0xfe0f, 0xfff9, 0xfffd, 0xfffe, 0xffff, 0xe0001, 0xe0041, 0x10ffff, 0xe000)]
CONTROLS = [chr(c) for c in (*range(0x20), *range(0x7f, 0xa0))]
MARKS = [chr(c) for c in (*range(0x300, 0x315), 0x327, 0x328, 0x338, 0x345, 0x483, 0x5b0, 0x64b, 0x93c, 0x94d, 0xe31, 0x20d0, 0x20e3,
                          0x3099, 0x309a, 0xfe20, 0x1d165, 0x1d16d)]
JAMO = [chr(c) for c in (0x1100, 0x1112, 0x1161, 0x1175, 0x11a8, 0x11c2, 0xac00, 0xd7a3)]
EMOJI = [chr(c) for c in (*range(0x1f300, 0x1f5ff, 7), *range(0x1f600, 0x1f650, 2), *range(0x1f680, 0x1f6c0, 3), *range(0x1f900, 0x1f9ff, 9),
                          0x2600, 0x2603, 0x2614, 0x2615, 0x2708, 0x2764, 0x2b50)]
SEQUENCES = ["👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇩🇪🇯🇵", "🇪", "❤️", "❤️‍🔥", "1️⃣", "#️⃣", "👍🏿👍🏻", "🧑‍🤝‍🧑", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺︎☺️", "©️™️"]
LETTERS = [range(0xc0, 0x250), range(0x370, 0x400), range(0x400, 0x530), range(0x5d0, 0x5eb), range(0x620, 0x64b), range(0x905, 0x93a),
           range(0xe01, 0xe2f), range(0x10a0, 0x10c6), range(0x13a0, 0x13f6), range(0x1e00, 0x1f00), range(0x1f00, 0x1f16), range(0x2c00, 0x2c2f),
           range(0x3041, 0x3097), range(0x30a1, 0x30fb), range(0x4e00, 0x9fa5, 131), range(0xac00, 0xd7a4, 97), range(0x10400, 0x10450)]
# Assigned in Unicode 13, which every Java from 17 on knows: what came later may be a letter here and nothing there.
PLANES = [*range(0x21, 0x530), *range(0x1e00, 0x2000), *range(0x2010, 0x2065), *range(0x2070, 0x2072), *range(0x2190, 0x2400),
          *range(0x2460, 0x2b60), *range(0x3000, 0x3040), *range(0xf900, 0xfa6e), *range(0xfb00, 0xfb07), *range(0xff01, 0xffbf),
          *range(0x1d400, 0x1d455)]


def some(pool, low, high, between=""):
    return between.join(RNG.choice(pool) for _ in range(RNG.randint(low, high)))


def word():
    return RNG.choice([str.lower, str.upper, str.title, str])(RNG.choice(WORDS))


def phrase(low=2, high=20):
    return "".join(word() + RNG.choice([" ", " ", " ", ", ", ". ", "; ", " - ", "/", "", "! ", "? ", ": "]) for _ in range(RNG.randint(low, high)))


def letters():
    return some([chr(c) for c in RNG.choice(LETTERS)], 1, 12)


def salad():
    kinds = [word, word, letters, lambda: RNG.choice(EMOJI), lambda: RNG.choice(SEQUENCES), lambda: RNG.choice(SPECIALS),
             lambda: RNG.choice(ENTITIES), lambda: RNG.choice(SPACES), lambda: RNG.choice(INVISIBLE), lambda: RNG.choice(CONTROLS),
             lambda: RNG.choice(MARKS), lambda: RNG.choice(JAMO), lambda: str(RNG.randint(0, 10**RNG.randint(1, 9))), lambda: " "]
    return "".join(RNG.choice(kinds)() for _ in range(RNG.randint(2, 40)))


def long():
    return RNG.choice([
        lambda: phrase(80, 400), lambda: RNG.choice(EMOJI) * RNG.randint(60, 300), lambda: some(EMOJI, 60, 200),
        lambda: some("abcdefghijklmnopqrstuvwxyz", 200, 1500), lambda: "".join(salad() for _ in range(20)),
        lambda: "cat " * RNG.randint(70, 80) + RNG.choice(WORDS[-3:]) + " " + salad(), lambda: some(SENTENCES, 8, 20, " "),
        lambda: some("0123456789", 70, 200), lambda: "!" * RNG.randint(70, 200), lambda: some(SEQUENCES, 20, 60)])()


def prompts():
    yield from ["", " ", "\n", "!", *SENTENCES, *SPECIALS, *ENTITIES, *SEQUENCES, *INVISIBLE, *MARKS, *CONTROLS]
    yield from (f"a{s}b{s}{s}c" for s in SPACES + INVISIBLE + MARKS + CONTROLS)
    yield from (f"{a}x{b} {b}{a}" for a in SPECIALS for b in SPECIALS[:10])
    yield from (phrase() for _ in range(700))
    yield from (letters() + RNG.choice(["", " ", "-", "'s "]) + letters() for _ in range(500))
    yield from (some(EMOJI + SEQUENCES, 1, 12, RNG.choice(["", " "])) for _ in range(200))
    yield from (some([chr(c) for c in PLANES], 1, 20, RNG.choice(["", "", " "])) for _ in range(500))
    yield from (RNG.choice(["", "a", "e", "A", "가", "か", " ", "1"]) + some(MARKS, 1, 6) + RNG.choice(["", "b", " é", "́"]) for _ in range(200))
    yield from (some(JAMO, 2, 8) for _ in range(50))
    yield from (salad() for _ in range(900))
    yield from (long() for _ in range(250))
    yield from ["a" * 8192, "ab" * 4096, "a " * 4096, "😀" * 2048, "\u0301" * 3000, " " * 5000 + "a", "(" * 4000]


def read(tokenizer, text):
    """Ids without begin, end and padding, and what diffusers says was cut off."""
    ids = tokenizer(text, padding="max_length", max_length=77, truncation=True).input_ids
    whole = tokenizer(text).input_ids
    kept = min(len(whole) - 2, 75)
    assert ids == [49406, *whole[1:1 + kept], 49407] + [tokenizer.pad_token_id] * (75 - kept)
    return whole[1:1 + kept], tokenizer.batch_decode([whole[76:-1]])[0] if len(whole) > 77 else None


def main():
    tokenizers = [CLIPTokenizer.from_pretrained(MODEL / part) for part in ("tokenizer", "tokenizer_2")]
    texts = list(dict.fromkeys(prompts()))
    lines = []
    for text in texts:
        first, second = (read(tokenizer, text) for tokenizer in tokenizers)
        lines.append(json.dumps([text, *first] + ([] if first == second else list(second)), separators=(",", ":")))
    # no name and no time in the header, so that the same list is the same file
    with open(OUT, "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(("\n".join(lines) + "\n").encode())
    print(len(lines), "prompts,", OUT.stat().st_size, "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
