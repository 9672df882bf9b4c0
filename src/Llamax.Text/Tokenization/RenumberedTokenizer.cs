using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>
/// A SentencePiece model whose pieces have other ids in a <c>vocab.json</c>, which lists what the model was trained with, as fairseq left
/// it for M2M-100; the special tokens of the folder, such as its languages, follow behind.
/// </summary>
internal sealed class RenumberedTokenizer : ITokenizer
{
    private readonly ITokenizer _pieces;
    private readonly string[] _names;
    private readonly int[] _idOfPiece;
    private readonly int[] _pieceOfId;

    private RenumberedTokenizer(ITokenizer pieces, string[] names, SpecialTokenNames special, string fingerprint, string where)
    {
        (_pieces, _names, Fingerprint) = (pieces, names, fingerprint);
        var ids = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        int? Find(IReadOnlyList<string> candidates) => candidates.Where(ids.ContainsKey).Select(name => (int?)ids[name]).FirstOrDefault();
        (BosId, EosId, PadId) = (Find(special.Bos), Find(special.Eos), Find(special.Pad));
        UnknownId = Find(["<unk>"]) ?? throw new RequestException("no piece <unk>", where, "fetch the file again");
        _idOfPiece = new int[pieces.VocabularySize];
        _pieceOfId = new int[names.Length];
        Array.Fill(_pieceOfId, -1);
        for (var piece = 0; piece < _idOfPiece.Length; piece++)
        {
            _idOfPiece[piece] = ids.GetValueOrDefault(pieces.Piece(piece), UnknownId.Value);
            if (ids.TryGetValue(pieces.Piece(piece), out var id))
                _pieceOfId[id] = piece;
        }
    }

    public int VocabularySize => _names.Length;

    public int? BosId { get; }

    public int? EosId { get; }

    public int? PadId { get; }

    public int? UnknownId { get; }

    public string Fingerprint { get; }

    /// <summary>Reads the file that numbers the pieces.</summary>
    /// <param name="pieces">The SentencePiece model.</param>
    /// <param name="json">vocab.json: an object, piece → id, without gaps.</param>
    /// <param name="folder">With the files that name special tokens.</param>
    /// <param name="fingerprint">SHA-256 of both files.</param>
    /// <param name="where">Names the file in errors.</param>
    /// <exception cref="RequestException">No such object.</exception>
    public static RenumberedTokenizer Read(ITokenizer pieces, ReadOnlySpan<byte> json, string folder, string fingerprint, string where)
    {
        Dictionary<string, int> listed;
        try
        {
            listed = JsonSerializer.Deserialize<Dictionary<string, int>>(json) ?? [];
        }
        catch (JsonException problem)
        {
            throw new RequestException($"not an object of pieces and ids: {problem.Message}", where, "fetch the file again", problem);
        }

        var names = listed.OrderBy(entry => entry.Value).ToList();
        for (var id = 0; id < names.Count; id++)
            if (names[id].Value != id)
                throw new RequestException(
                    $"the piece '{names[id].Key}' has the id {names[id].Value}, {id} expected", where, "fetch the file again");
        var behind = SpecialTokenNames.AdditionalIn(folder).Where(name => !listed.ContainsKey(name)).Distinct();
        return new(pieces, [.. names.Select(entry => entry.Key), .. behind], SpecialTokenNames.ReadFrom(folder), fingerprint, where);
    }

    public void Encode(string text, List<int> ids)
    {
        var start = ids.Count;
        _pieces.Encode(text, ids);
        for (var i = start; i < ids.Count; i++)
            ids[i] = _idOfPiece[ids[i]];
    }

    /// <summary>Special tokens, and ids that are no piece of the model, say nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var pieces = new List<int>(ids.Length);
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(ids));
            if (_pieceOfId[id] >= 0)
                pieces.Add(_pieceOfId[id]);
        }

        return _pieces.Decode([.. pieces]);
    }

    public string Piece(int id) => _names[id];

    public IReadOnlyList<string> EncodePieces(string text) => _pieces.EncodePieces(text);
}
