using System.Buffers;
using System.Text;
using Llamax.Text.Normalization;

namespace Llamax.Text.Tokenization;

/// <summary>Where a text is cut before anything is merged.</summary>
internal enum WordBounds
{
    /// <summary>Nowhere, unless the vocabulary allows it without changing a result.</summary>
    None,

    /// <summary>Before every ▁ (the Metaspace pre-tokenizer of Hugging Face).</summary>
    EverySpace,
}

/// <summary>
/// Byte-pair encoding over characters, as SentencePiece does it (bpe_model.cc): begin with single characters and merge.
/// </summary>
internal sealed class BpeSegmenter : IPieceSegmenter
{
    private const int Space = 0x2581;

    private readonly int[] _symbols = new int[char.MaxValue + 1];
    private readonly Dictionary<int, int> _astralSymbols = [];
    private readonly int[] _lengths;
    private readonly bool[]? _isUnused;
    private readonly int _vocabularySize;
    private readonly MergeTable _merges;
    private readonly ByteTrie? _userDefined;
    private readonly WordBounds _bounds;
    private readonly bool _runsOfSpacesBeginWords;

    /// <param name="pieces">By id; those that text may become are of type normal, user-defined or unused.</param>
    /// <param name="merges">Pieces to merge, the first first; null merges as the scores of the pieces say.</param>
    /// <param name="userDefined">The pieces that are one wherever they stand; null where there are none.</param>
    /// <param name="bounds">Where a text is cut first.</param>
    public BpeSegmenter(
        IReadOnlyList<VocabularyPiece> pieces, IReadOnlyList<(int Left, int Right, int Result)>? merges, ByteTrie? userDefined,
        WordBounds bounds)
    {
        _vocabularySize = pieces.Count;
        _userDefined = userDefined;
        _bounds = bounds;
        Array.Fill(_symbols, -1);
        var lengths = new List<int>(pieces.Count);
        var symbols = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            var (text, type) = (pieces[id].Text, pieces[id].Type);
            lengths.Add(Encoding.UTF8.GetByteCount(text));
            if (type is not (PieceType.Normal or PieceType.UserDefined or PieceType.Unused))
                continue;
            symbols[text] = id;
            if (IsOneCharacter(text))
                SetSymbol(text, id);
            if (type == PieceType.Unused)
                (_isUnused ??= new bool[pieces.Count])[id] = true;
        }

        // A piece may hold a character that is no piece itself: that character takes part in merges under a number above all ids.
        foreach (var text in symbols.Keys.ToList())
        {
            foreach (var rune in text.EnumerateRunes())
            {
                var character = rune.ToString();
                if (!symbols.TryAdd(character, lengths.Count))
                    continue;
                SetSymbol(character, lengths.Count);
                lengths.Add(rune.Utf8SequenceLength);
            }
        }

        _lengths = [.. lengths];
        _merges = merges is null ? FromScores(pieces, symbols) : MergeTable.InOrder(merges);
        _runsOfSpacesBeginWords = !symbols.Keys.Any(HasInnerSpace);
    }

    public void Segment(ReadOnlySpan<byte> normalized, List<PieceSpan> parts)
    {
        var symbols = ArrayPool<int>.Shared.Rent(normalized.Length);
        var count = 0;
        var previous = 0;
        while (!normalized.IsEmpty)
        {
            if (_userDefined is not null && _userDefined.LongestMatch(normalized) is > 0 and var length)
            {
                Flush(symbols.AsSpan(0, count), parts);
                count = 0;
                var id = _userDefined.Find(normalized[..length]);
                parts.Add(new PieceSpan(id, length));
                normalized = normalized[length..];
                previous = 0;
                continue;
            }

            int character = normalized[0];
            if (character < 0x80)
            {
                normalized = normalized[1..];
            }
            else
            {
                Rune.DecodeFromUtf8(normalized, out var rune, out length);
                normalized = normalized[length..];
                character = rune.Value;
            }

            if (character == Space && count > 0 && (_bounds == WordBounds.EverySpace || (_runsOfSpacesBeginWords && previous != Space)))
            {
                Flush(symbols.AsSpan(0, count), parts);
                count = 0;
            }

            previous = character;
            var symbol = character <= char.MaxValue ? _symbols[character] : _astralSymbols.GetValueOrDefault(character, -1);
            symbols[count++] = symbol >= 0 ? symbol : ~character;
        }

        Flush(symbols.AsSpan(0, count), parts);
        ArrayPool<int>.Shared.Return(symbols);
    }

    private void Flush(Span<int> symbols, List<PieceSpan> parts)
    {
        if (_isUnused is null)
        {
            foreach (var symbol in symbols[.._merges.Merge(symbols)])
                parts.Add(Part(symbol));
            return;
        }

        var history = new Dictionary<int, (int Left, int Right)>();
        foreach (var symbol in symbols[.._merges.Merge(symbols, history)])
            AddUsed(symbol, history, parts);
    }

    /// <summary>An unused piece is given back as the parts it was merged from.</summary>
    private void AddUsed(int symbol, Dictionary<int, (int Left, int Right)> history, List<PieceSpan> parts)
    {
        if (symbol >= 0 && symbol < _vocabularySize && _isUnused![symbol] && history.TryGetValue(symbol, out var origin))
        {
            AddUsed(origin.Left, history, parts);
            AddUsed(origin.Right, history, parts);
        }
        else
        {
            parts.Add(Part(symbol));
        }
    }

    private PieceSpan Part(int symbol)
    {
        if (symbol >= 0)
            return new PieceSpan(symbol < _vocabularySize ? symbol : -1, _lengths[symbol]);
        return new PieceSpan(-1, new Rune(~symbol).Utf8SequenceLength);
    }

    /// <summary>Any two symbols whose letters together are a piece may merge; the higher its score, the earlier.</summary>
    private static MergeTable FromScores(IReadOnlyList<VocabularyPiece> pieces, Dictionary<string, int> symbols)
    {
        var ranks = new Dictionary<float, int>();
        foreach (var score in pieces.Select(piece => piece.Score).Distinct().OrderDescending())
            ranks.Add(score, ranks.Count);
        var merges = new List<(int, int, int, int)>(4 * pieces.Count);
        var known = symbols.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (text, id) in symbols)
        {
            if (id >= pieces.Count)
                continue;
            for (var cut = 1; cut < text.Length; cut++)
                if (!char.IsLowSurrogate(text[cut])
                    && known.TryGetValue(text.AsSpan(0, cut), out var left) && known.TryGetValue(text.AsSpan(cut), out var right))
                    merges.Add((left, right, ranks[pieces[id].Score], id));
        }

        return new MergeTable(merges);
    }

    private void SetSymbol(string character, int symbol)
    {
        if (character.Length == 1)
            _symbols[character[0]] = symbol;
        else
            _astralSymbols[char.ConvertToUtf32(character, 0)] = symbol;
    }

    private static bool IsOneCharacter(string text) => text.Length == 1 || (text.Length == 2 && char.IsSurrogatePair(text, 0));

    /// <summary>Whether a ▁ follows another letter: then a word may begin in the middle of a piece.</summary>
    private static bool HasInnerSpace(string text)
    {
        for (var i = 1; i < text.Length; i++)
            if (text[i] == Space && text[i - 1] != Space)
                return true;
        return false;
    }
}
