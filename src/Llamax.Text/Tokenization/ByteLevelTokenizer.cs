using System.Buffers;
using System.Text;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>
/// Byte-level BPE (GPT-2, Llama-3, Qwen): added tokens are taken out of the text, the rest is cut into words by regular expressions,
/// and the bytes of each word are merged.
/// </summary>
internal sealed class ByteLevelTokenizer : VocabularyTokenizer
{
    private readonly MergeTable _merges;
    private readonly ByteLevelRules _rules;
    private readonly int[] _byteIds = new int[256];

    /// <exception cref="RequestException">A byte has no piece.</exception>
    public ByteLevelTokenizer(
        Vocabulary vocabulary, IReadOnlyList<(int Left, int Right, int Result)> merges, ByteLevelRules rules,
        IReadOnlyCollection<AddedToken> addedTokens, SpecialIds special, string fingerprint, string where)
        : base(vocabulary, addedTokens, special, fingerprint)
    {
        _merges = MergeTable.InOrder(merges);
        _rules = rules;
        for (var value = 0; value < 256; value++)
        {
            var id = vocabulary.Find(ByteLevelAlphabet.Letter((byte)value).ToString());
            if (id < 0 && UnknownId is null)
                throw new RequestException(
                    $"a byte-level vocabulary without a piece for byte 0x{value:X2} and without an unknown piece", where,
                    "train it with all 256 bytes as its first alphabet");
            _byteIds[value] = id < 0 ? UnknownId!.Value : id;
        }
    }

    public override void Encode(string text, List<int> ids)
    {
        for (var start = 0; start < text.Length;)
        {
            var token = AddedTokens.Find(text, start, out var from, out var to);
            if (from > start)
                EncodePlain(text[start..from], ids);
            if (token is not null)
                ids.Add(token.Id);
            start = to;
        }
    }

    public override IReadOnlyList<string> EncodePieces(string text)
    {
        var ids = new List<int>();
        Encode(text, ids);
        return ids.ConvertAll(Piece);
    }

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>(4 * ids.Length + 1);
        foreach (var id in ids)
        {
            if (AddedToken(id) is { } added)
                bytes.Write(Encoding.UTF8.GetBytes(added.IsSpecial ? "" : added.Text));
            else if (id < Vocabulary.Count)
                bytes.Write(ByteLevelAlphabet.Bytes(Vocabulary.Text(id)));
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    protected override byte[] PieceBytes(int id) => ByteLevelAlphabet.Bytes(Vocabulary.Text(id));

    private void EncodePlain(string text, List<int> ids)
    {
        text = WellFormed(text);
        if (_rules.Normalization is { } form)
            text = text.Normalize(form);
        if (_rules.AddPrefixSpace && !text.StartsWith(' '))
            text = " " + text;
        List<Range> words = [Range.All];
        foreach (var step in _rules.Steps)
        {
            List<Range> finer = new(text.Length / 3 + 4);
            foreach (var word in words)
                step.Split(text, word, finer);
            words = finer;
        }

        foreach (var word in words)
            EncodeWord(text.AsSpan(word), ids);
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        var size = Encoding.UTF8.GetMaxByteCount(word.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        var symbols = ArrayPool<int>.Shared.Rent(size);
        var count = Encoding.UTF8.GetBytes(word, bytes);
        var whole = _rules.IgnoreMerges ? FindWhole(bytes.AsSpan(0, count)) : -1;
        if (whole >= 0)
        {
            ids.Add(whole);
        }
        else
        {
            for (var i = 0; i < count; i++)
                symbols[i] = _byteIds[bytes[i]];
            ids.AddRange(symbols.AsSpan(0, _merges.Merge(symbols.AsSpan(0, count))));
        }

        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<int>.Shared.Return(symbols);
    }

    private int FindWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Vocabulary.LongestPiece)
            return -1;
        Span<char> letters = bytes.Length <= 256 ? stackalloc char[256] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            letters[i] = ByteLevelAlphabet.Letter(bytes[i]);
        return Vocabulary.Find(letters[..bytes.Length]);
    }

    /// <summary>Halves of surrogate pairs become U+FFFD, as they do in UTF-8.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}

/// <summary>What a byte-level tokenizer does with text before it merges bytes.</summary>
internal sealed record ByteLevelRules
{
    /// <summary>Null leaves the text as it is.</summary>
    public NormalizationForm? Normalization { get; init; }

    /// <summary>A text that does not begin with a space gets one.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>Each cuts finer what the one before has cut.</summary>
    public required IReadOnlyList<PreTokenizer> Steps { get; init; }

    /// <summary>A word that is a piece is that piece, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }
}
