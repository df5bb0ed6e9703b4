"""Prints python_table.jsonl: what Python makes of answers whose characters are hard to treat alike.

Run with Python 3.11 (Unicode 14): python3 python_table.py > python_table.jsonl
"""

import json
import re
import string
from collections import Counter

PUNCTUATION = str.maketrans("", "", string.punctuation)
ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def tokens(answer):
    return ARTICLE.sub(" ", answer.lower().translate(PUNCTUATION)).split()


def f1(prediction, truth):
    left, right = tokens(prediction), tokens(truth)
    closed = ("yes", "no", "noanswer")
    if left != right and (" ".join(left) in closed or " ".join(right) in closed):
        return 0.0
    common = (Counter(left) & Counter(right)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(left), common / len(right)
    return 2 * precision * recall / (precision + recall)


# Pairs of a prediction and a truth.
CASES = [
    # The final sigma, and what is looked through to find it.
    ("ΟΔΟΣ", "οδος"), ("ΟΔΟΣ", "οδοσ"), ("Σ", "σ"), ("ΣΣ", "σς"), ("ΑΣ'", "ας"), ("ΑΣ'Α", "ασα"), ("Α'Σ", "ας"),
    ("ΑΣ\u0301 x", "ας\u0301"), ("ΑΣ\u00adΒ", "ασ\u00adβ"), ("ΑΣ.Β", "ασβ"), ("ΑΣ1", "ας1"), ("京Σ", "京σ"), ("ªΣ", "ªς"),
    ("ⓐΣ", "ⓐς"), ("ΑΣ ΑΣ", "ας"), ("a\u0345Σ", "aς"),
    # Lower case that is longer, is the same, or is ASCII.
    ("İstanbul", "istanbul"), ("İstanbul", "i\u0307stanbul"), ("Iı", "iı"), ("Straße", "STRASSE"), ("ẞ", "ß"), ("ß", "ss"),
    ("ﬁle", "file"), ("ﬁle", "ﬁLE"), ("\u212aelvin", "kelvin"), ("\u212bngström", "Ångström"), ("ſ", "s"), ("Ǆ ǅ ǆ", "ǆ"),
    ("ᾼ", "ᾳ"), ("Ⅷ", "ⅷ"), ("Ⓐ", "ⓐ"), ("Ꭰ", "\uab70"), ("Ა", "ა"), ("𐐀", "𐐨"), ("\U0001e900", "\U0001e922"), ("Å", "A\u030a"),
    # White space.
    ("a\u0085b", "b"), ("x\x1cy", "x y"), ("x\x1dy", "y"), ("x\x1ey\x1fz", "x y z"), ("x\u00a0y", "x y"), ("x\u1680y", "x y"),
    ("x\u2003y\u200ay", "x y y"), ("x\u2028y\u2029z", "z"), ("x\u202fy", "x"), ("x\u205fy", "x"), ("x\u3000y", "x"),
    ("x\u200by", "x y"), ("x\ufeffy", "x y"), ("x\u180ey", "x y"), ("x\x0by\x0cz", "z"), ("x\x00y", "x y"), (" \t\n", ""),
    # Punctuation: only ASCII's is dropped, and without a trace.
    ("under_score", "underscore"), ("_the_", "the"), ("_", ""), ("a_b", "ab"), ("a_ b", "b"), ("U.S.", "us"), ("don't", "dont"),
    ("don’t", "dont"), ("3,045", "3045"), ("−5", "-5"), ("–", "-"), ("x – y", "x y"), ("北京。", "北京"), ("`a`", "b"),
    ("$1+1=<2>^|~", "112"), ("¿qué?", "qué"), ("½", "1/2"), ("…", "..."),
    # Articles and what is beside them.
    ("the", "THE"), ("a an the", "an"), ("theatre", "atre"), ("a-b", "b"), ("a - b", "b"), ("the’s", "’s"), ("–a–", "– –"),
    ("«the»x", "« »x"), ("a\u0301", "á"), ("a\u0301", "\u0301"), ("\u0301a", "\u0301"), ("a\u0903b", "b"), ("क\u094da", "क\u094d"),
    ("aª", "ª"), ("ªa", "a"), ("a½", "½"), ("²a", "a"), ("a①", "①"), ("aⒶ", "ⓐ"), ("a٣", "٣"), ("߁an", "an"), ("a京", "京"),
    ("京the", "京"), ("a\u200bb", "b"), ("the\u00adx", "x"), ("a🚀", "🚀"), ("🚀the🚀", "🚀 🚀"), ("a\x01b", "b"), ("an\x7f", "\x7f"),
    ("aa a", "aa"), ("a\u0301a\u0301", "\u0301 \u0301"), ("ʰa", "a"), ("a\u02b0", "a"), ("Aͅ", "\u0345"), ("Ά a", "ά"), ("𝟗a", "a"),
    # Yes, no and no answer.
    ("yes", "Yes."), ("yes", "yes it is"), ("no no", "no"), ("The No", "no"), ("noanswer", "no answer"), ("no-answer", "noanswer"),
    ("Yes", "no"), ("yes sir", "yes ma'am"), ("no", ""), ("nо", "no"),
    # Counting.
    ("x x y", "x y y"), ("x x x", "x"), ("x y z", "z y x"), ("x y z w", "x"), ("12345678 123456789", "123456789 1234567890"),
    ("1234567890", "12345678"), ("x\x00 x", "x\x00"), ("", ""), ("x", ""), ("", "x"), ("the", "a"),
]  # fmt: skip

if __name__ == "__main__":
    for prediction, truth in CASES:
        row = {"prediction": prediction, "truth": truth, "normalized": " ".join(tokens(prediction)), "f1": f1(prediction, truth)}
        print(json.dumps(row))
