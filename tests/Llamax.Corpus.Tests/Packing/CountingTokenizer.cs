using System.Collections.Concurrent;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Tests.Packing;

/// <summary>Remembers every text that it was asked to encode since the last look.</summary>
internal sealed class CountingTokenizer(string fingerprint = "counting") : ITokenizer
{
    private readonly ITokenizer _inner = new CharacterTokenizer(spaceInFront: false);
    private readonly ConcurrentQueue<string> _asked = [];

    public int VocabularySize => _inner.VocabularySize;

    public int? BosId => _inner.BosId;

    public int? EosId => _inner.EosId;

    public int? PadId => _inner.PadId;

    public int? UnknownId => _inner.UnknownId;

    public string Fingerprint => fingerprint;

    /// <summary>The texts of entries; not the two letters by which packing learns who writes the space between sentences.</summary>
    public List<string> TakeAsked()
    {
        var asked = _asked.Where(text => text is not ("a" or "b")).ToList();
        _asked.Clear();
        return asked;
    }

    public void Encode(string text, List<int> ids)
    {
        _asked.Enqueue(text);
        _inner.Encode(text, ids);
    }

    public int[] Encode(string text)
    {
        _asked.Enqueue(text);
        return _inner.Encode(text);
    }

    public string Decode(ReadOnlySpan<int> ids) => _inner.Decode(ids);

    public string Piece(int id) => _inner.Piece(id);

    public IReadOnlyList<string> EncodePieces(string text) => _inner.EncodePieces(text);
}
