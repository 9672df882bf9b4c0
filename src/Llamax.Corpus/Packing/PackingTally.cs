namespace Llamax.Corpus.Packing;

/// <summary>Counts by kind and direction while packing.</summary>
internal sealed class PackingTally
{
    private readonly Dictionary<(EntryKind Kind, string Source, string Target), PackedCount> _counts = [];

    public int Blocks { get; set; }

    public IReadOnlyList<PackedCount> Counts =>
    [
        .. _counts.OrderBy(pair => pair.Key.Kind)
            .ThenBy(pair => pair.Key.Source, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Target, StringComparer.Ordinal)
            .Select(pair => pair.Value),
    ];

    public void Add(EncodedEntry encoded)
    {
        var entry = encoded.Entry;
        var key = (entry.Kind, entry.Source, entry.Target);
        var old = _counts.GetValueOrDefault(key) ?? new PackedCount(entry.Kind, entry.Source, entry.Target, 0, 0, 0, 0, 0, 0, 0);
        _counts[key] = old with
        {
            Entries = old.Entries + 1,
            Documents = old.Documents + encoded.Pieces.Count,
            Tokens = old.Tokens + encoded.Pieces.Sum(piece => piece.Tokens.Length),
            LossTokens = old.LossTokens + encoded.Pieces.Sum(piece => piece.Loss.Sum(range => range.Length)),
            CutEntries = old.CutEntries + (encoded.LostTokens > 0 ? 1 : 0),
            CutTokens = old.CutTokens + encoded.LostTokens,
            EmptyEntries = old.EmptyEntries + (encoded.Pieces.Count == 0 ? 1 : 0),
        };
    }
}
