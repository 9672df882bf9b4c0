using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>What a tokenizer knows of its vocabulary and the tokens added to it, whichever way it cuts text.</summary>
internal abstract class VocabularyTokenizer : ITokenizer
{
    private readonly Dictionary<int, AddedToken> _addedById;

    protected VocabularyTokenizer(
        Vocabulary vocabulary, IReadOnlyCollection<AddedToken> addedTokens, SpecialIds special, string fingerprint)
    {
        Vocabulary = vocabulary;
        AddedTokens = new AddedTokens(addedTokens);
        _addedById = addedTokens.ToDictionary(token => token.Id);
        VocabularySize = Math.Max(vocabulary.Count, addedTokens.Count == 0 ? 0 : addedTokens.Max(token => token.Id) + 1);
        (BosId, EosId, PadId) = special;
        UnknownId = vocabulary.UnknownId is >= 0 and var id ? id : null;
        Fingerprint = fingerprint;
    }

    public int VocabularySize { get; }

    public int? BosId { get; }

    public int? EosId { get; }

    public int? PadId { get; }

    public int? UnknownId { get; }

    public string Fingerprint { get; }

    protected Vocabulary Vocabulary { get; }

    protected AddedTokens AddedTokens { get; }

    public abstract void Encode(string text, List<int> ids);

    public abstract string Decode(ReadOnlySpan<int> ids);

    public abstract IReadOnlyList<string> EncodePieces(string text);

    public byte[] Bytes(int id)
    {
        if (AddedToken(id) is { } added)
            return Encoding.UTF8.GetBytes(added.IsSpecial ? "" : added.Text);
        return id < Vocabulary.Count ? PieceBytes(id) : [];
    }

    /// <summary>The bytes of a piece of the vocabulary.</summary>
    protected abstract byte[] PieceBytes(int id);

    public string Piece(int id) => AddedToken(id)?.Text ?? (id < Vocabulary.Count ? Vocabulary.Text(id) : "");

    /// <summary>The added token of an id; null where it is a piece, or beyond the last piece and given to nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not below <see cref="VocabularySize"/>.</exception>
    protected AddedToken? AddedToken(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(id));
        return _addedById.GetValueOrDefault(id);
    }
}

/// <summary>The ids that begin, end and fill sequences; null where the vocabulary has none.</summary>
internal readonly record struct SpecialIds(int? Bos, int? Eos, int? Pad);
