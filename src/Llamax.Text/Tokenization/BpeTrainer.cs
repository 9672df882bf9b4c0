using System.Globalization;
using System.Text;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Trains a byte-pair vocabulary (Sennrich et al. 2016) in LLaMA-2's layout: &lt;unk&gt; = 0, &lt;s&gt; = 1, &lt;/s&gt; = 2, the 256 bytes,
/// the merged pieces in the order in which they were found, then the single characters, the most frequent first.
/// Pieces stay within words: a ▁ stands only at their beginning, and letters, digits and other signs never share a piece.
/// The same lines in any order give the same vocabulary.
/// </summary>
public sealed class BpeTrainer
{
    private const char Space = '\u2581';

    private readonly BpeTrainerOptions _options;
    private readonly Dictionary<string, long> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<Rune, long> _characters = [];

    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public BpeTrainer(BpeTrainerOptions options)
    {
        OptionProblem.ThrowIfAny("tokenizer", options.Problems());
        _options = options;
    }

    private enum Kind
    {
        Space,
        Letter,
        Digit,
        Other,
    }

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

    /// <summary>Learns the merges from all lines that were added.</summary>
    /// <param name="events">Hears how many pieces are found.</param>
    /// <param name="cancellation">Checked at every piece.</param>
    /// <exception cref="RequestException">The text is too small for the vocabulary, or the vocabulary for its characters.</exception>
    public SentencePieceModel Train(IRunEvents events, CancellationToken cancellation = default)
    {
        var alphabet = Alphabet();
        var wanted = _options.VocabularySize - 259 - alphabet.Count;
        if (wanted < 0)
            throw new RequestException(
                $"{alphabet.Count} characters, 256 bytes and 3 control pieces do not fit into {_options.VocabularySize} pieces",
                "tokenizer", "raise vocabularySize or lower characterCoverage");

        var merges = new PairMerger(alphabet, _words, _options.MaxPieceLength);
        var pieces = new List<VocabularyPiece>(_options.VocabularySize)
        {
            new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
        };
        for (var value = 0; value < 256; value++)
            pieces.Add(new VocabularyPiece(Vocabulary.SpellByte(value), 0, PieceType.Byte));
        using (var step = events.Begin("train tokenizer", wanted, "piece"))
        {
            for (var found = 0; found < wanted; found++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (merges.Next() is not { } piece)
                    throw new RequestException(
                        $"the text gives {pieces.Count + alphabet.Count} pieces, {_options.VocabularySize} are wanted", "tokenizer",
                        $"set vocabularySize to {pieces.Count + alphabet.Count} or less, or give more text");
                pieces.Add(new VocabularyPiece(piece, -found, PieceType.Normal));
                step.Advance(1);
            }
        }

        foreach (var character in alphabet)
            pieces.Add(new VocabularyPiece(character.ToString(), 259 - pieces.Count, PieceType.Normal));
        return new SentencePieceModel
        {
            Pieces = [.. pieces],
            Segmentation = SegmentationModel.Bpe,
            ByteFallback = true,
            AddDummyPrefix = true,
            RemoveExtraWhitespaces = false,
            MaxPieceLength = _options.MaxPieceLength,
            SplitDigits = _options.SplitDigits,
            CharacterCoverage = (float)_options.CharacterCoverage,
        };
    }

    /// <summary>The most frequent characters, which together cover the share of the text that is asked for.</summary>
    private List<Rune> Alphabet()
    {
        var total = _characters.Values.Sum();
        if (total == 0)
            throw new RequestException("no text to train on", "tokenizer", "give at least some lines");
        var (covered, alphabet) = (0L, new List<Rune>());
        foreach (var (rune, count) in _characters.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Value))
        {
            if (covered >= _options.CharacterCoverage * total)
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
        (Kind.Space, Kind.Digit) => _options.SplitDigits,
        (Kind.Space, _) => false,
        (Kind.Digit, Kind.Digit) => _options.SplitDigits,
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
