using System.Text;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Text.Tokenization;

/// <summary>
/// New pieces for a language in a vocabulary that exists (LLaMAX, section 3.1): the characters that it spells in bytes, then pairs of its
/// pieces, the most frequent first. All of them merge after the old ones, so that a text without any of them is cut as before, and each of
/// them is made of old pieces.
/// </summary>
public sealed class VocabularyExtension
{
    // The coverage of LLaMA's own training; a rarer character goes on being spelled in bytes.
    private const double CharacterCoverage = 0.9995;

    private readonly SentencePieceModel _model;
    private readonly int[] _byteIds;
    private readonly WordCounts _counts;

    /// <param name="model">The vocabulary.</param>
    /// <exception cref="RequestException">Its pieces are not made by merging, or it has no bytes to fall back to.</exception>
    public VocabularyExtension(SentencePieceModel model)
    {
        if (model.Segmentation != SegmentationModel.Bpe || !model.ByteFallback)
        {
            throw new RequestException(
                "only SentencePiece vocabularies of byte-pair encoding with bytes, as LLaMA's, can be extended", "tokenizer",
                "choose a model of LLaMA 1 or 2 or of Mistral's first kind");
        }

        _model = model;
        var bytes = model.Pieces.Index().Where(piece => piece.Item.Type == PieceType.Byte)
            .ToDictionary(piece => piece.Item.Text, piece => piece.Index, StringComparer.Ordinal);
        _byteIds = [.. Enumerable.Range(0, 256).Select(value => bytes[Vocabulary.SpellByte(value)])];
        _counts = new(splitDigits: true);
    }

    /// <summary>Counts the words of a line of the language.</summary>
    public void Add(string line) => _counts.Add(line);

    /// <summary>Finds the new pieces.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="events">Hears how many are found.</param>
    /// <param name="cancellation">Checked at every piece.</param>
    /// <exception cref="RequestException">The text gives fewer, or its characters alone are more.</exception>
    public ExtendedVocabulary Extend(int count, IRunEvents events, CancellationToken cancellation = default)
    {
        if (count is < 1 or > 1_000_000)
            OptionProblem.ThrowIfAny("vocabulary", [new("tokens", count, "must be 1 to 1,000,000", "use 800 for the paper's second row")]);
        var origins = new Dictionary<string, int[]>(StringComparer.Ordinal);
        for (var id = 0; id < _model.Pieces.Length; id++)
            if (_model.Pieces[id].Type is PieceType.Normal)
                origins[_model.Pieces[id].Text] = [id];
        // Single characters are not merged, and some vocabularies give them a score far below all others.
        var lowest = _model.Pieces.Where(piece => piece.Type == PieceType.Normal && piece.Text.EnumerateRunes().Skip(1).Any())
            .Select(piece => piece.Score).DefaultIfEmpty(0).Min();
        var pieces = new List<VocabularyPiece>(_model.Pieces);
        void Append(string text, int[] origin)
        {
            origins.Add(text, origin);
            lowest = Math.Min(lowest - 1, MathF.BitDecrement(lowest));
            pieces.Add(new(text, lowest, PieceType.Normal));
        }

        foreach (var rune in _counts.Alphabet(CharacterCoverage).Where(rune => !origins.ContainsKey(rune.ToString())))
            Append(rune.ToString(), BytesOf(rune));
        var found = pieces.Count - _model.Pieces.Length;
        if (found > count)
        {
            throw new RequestException(
                $"the text has {found} characters that the vocabulary spells in bytes, and {count} tokens are wanted", "tokens",
                $"ask for at least {found}, better several times as many");
        }

        var merger = new PairMerger(origins.Keys.ToList(), _counts.Words, Splitter(pieces), _model.MaxPieceLength);
        using var step = events.Begin("extend vocabulary", count, "piece");
        step.Advance(found);
        for (; found < count; found++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (merger.Next() is not { } merge)
                throw new RequestException(
                    $"the text gives {found} tokens, {count} are wanted", "tokens", $"ask for {found} or fewer, or give more text");
            Append(merge.Text, [.. origins[merge.Left], .. origins[merge.Right]]);
            step.Advance(1);
        }

        var added = pieces.Skip(_model.Pieces.Length).Select(piece => origins[piece.Text]);
        return new(_model with { Pieces = [.. pieces] }, [.. added]);
    }

    private int[] BytesOf(Rune rune)
    {
        var bytes = new byte[rune.Utf8SequenceLength];
        rune.EncodeToUtf8(bytes);
        return Array.ConvertAll(bytes, value => _byteIds[value]);
    }

    /// <summary>A word as the vocabulary with the new characters cuts it; what is no plain piece separates.</summary>
    private static Func<string, IEnumerable<string?>> Splitter(List<VocabularyPiece> pieces)
    {
        VocabularyPiece[] known = [.. pieces];
        var segmenter = new BpeSegmenter(known, merges: null, userDefined: null, WordBounds.None);
        var parts = new List<PieceSpan>();
        return word =>
        {
            parts.Clear();
            segmenter.Segment(Encoding.UTF8.GetBytes(word), parts);
            return parts.ConvertAll(part => part.Id >= 0 && known[part.Id].Type == PieceType.Normal ? known[part.Id].Text : null);
        };
    }
}

/// <summary>A vocabulary with new pieces behind the old ones.</summary>
/// <param name="Model">The whole.</param>
/// <param name="Origins">The ids of the old pieces that each new one is made of, in order.</param>
public sealed record ExtendedVocabulary(SentencePieceModel Model, IReadOnlyList<int[]> Origins);
