using System.Globalization;
using System.Text;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>
/// The words of a text and how often each stands there, a space spelled ▁ and only at the beginning of a word; letters, digits and other
/// signs are words of their own.
/// </summary>
/// <param name="splitDigits">Every digit is a word alone.</param>
internal sealed class WordCounts(bool splitDigits)
{
    public const char Space = '\u2581';

    private readonly Dictionary<string, long> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<Rune, long> _characters = [];

    private enum Kind
    {
        Space,
        Letter,
        Digit,
        Other,
    }

    public IReadOnlyDictionary<string, long> Words => _words;

    /// <summary>Counts the words of a line.</summary>
    /// <param name="line">One line or any longer text.</param>
    /// <param name="count">How often it counts.</param>
    public void Add(string line, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (line.Length == 0)
            return;
        var text = Space + line.Replace(' ', Space);
        var words = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        var start = 0;
        var (previous, previousLength, runOfSpaces) = (Kind.Other, 0, 0);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            _characters[rune] = _characters.GetValueOrDefault(rune) + count;
            var kind = KindOf(rune);
            if (i > 0)
            {
                // Of a run of spaces the last one belongs to the word behind it.
                if (previous == Kind.Space && kind != Kind.Space && runOfSpaces > 1)
                    Cut(i - previousLength);
                if (IsBoundary(previous, kind))
                    Cut(i);
            }

            runOfSpaces = kind == Kind.Space ? runOfSpaces + 1 : 0;
            (previous, previousLength) = (kind, length);
            i += length;
        }

        Cut(text.Length);

        void Cut(int end)
        {
            var word = text.AsSpan(start, end - start);
            if (end > start)
                words[word] = words.TryGetValue(word, out var old) ? old + count : count;
            start = end;
        }
    }

    /// <summary>The most frequent characters, the first first, which together cover a share of the text.</summary>
    /// <exception cref="RequestException">There is no text.</exception>
    public List<Rune> Alphabet(double coverage)
    {
        var total = _characters.Values.Sum();
        if (total == 0)
            throw new RequestException("no text to train on", "tokenizer", "give at least some lines");
        var (covered, alphabet) = (0L, new List<Rune>());
        foreach (var (rune, count) in _characters.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Value))
        {
            if (covered >= coverage * total)
                break;
            covered += count;
            alphabet.Add(rune);
        }

        if (!alphabet.Contains(new Rune(Space)))
            alphabet.Add(new Rune(Space));
        return alphabet;
    }

    private bool IsBoundary(Kind before, Kind after) => (before, after) switch
    {
        (Kind.Space, Kind.Digit) => splitDigits,
        (Kind.Space, _) => false,
        (Kind.Digit, Kind.Digit) => splitDigits,
        _ => before != after,
    };

    private static Kind KindOf(Rune rune) => rune.Value == Space ? Kind.Space : Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.EnclosingMark => Kind.Letter, // letters and marks
        UnicodeCategory.Format => Kind.Letter, // joiners shape the letters around them
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
        _ => Kind.Other,
    };
}
