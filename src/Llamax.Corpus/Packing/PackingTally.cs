using Llamax.Corpus.Mixing;

namespace Llamax.Corpus.Packing;

/// <summary>Counts by kind and direction while packing.</summary>
internal sealed class PackingTally
{
    private readonly Dictionary<(EntryKind Kind, string Source, string Target), PackedCount> _counts = [];

    public int Blocks { get; set; }

    public MixPlan? Mix { get; set; }

    public IReadOnlyList<MixedSource>? Mixed => Mix is null ? null :
    [
        .. Mix.Stages.SelectMany(stage => stage.Shares.Select(share => new MixedSource(
            stage.Name, share.Source.Language, share.Source.Kind, share.Source.Size, share.Planned, share.Epochs))),
    ];

    public IReadOnlyList<PackedCount> Counts =>
    [
        .. _counts.OrderBy(pair => pair.Key.Kind)
            .ThenBy(pair => pair.Key.Source, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Target, StringComparer.Ordinal)
            .Select(pair => pair.Value),
    ];

    public void Add(LaidEntry laid)
    {
        var entry = laid.Head;
        var key = (entry.Kind, entry.Source, entry.Target);
        var old = _counts.GetValueOrDefault(key) ?? new PackedCount(entry.Kind, entry.Source, entry.Target, 0, 0, 0, 0, 0, 0, 0);
        _counts[key] = old with
        {
            Entries = old.Entries + 1,
            Documents = old.Documents + laid.Pieces.Count,
            Tokens = old.Tokens + laid.Pieces.Sum(piece => piece.Tokens.Length),
            LossTokens = old.LossTokens + laid.Pieces.Sum(piece => piece.Loss.Sum(range => range.Length)),
            CutEntries = old.CutEntries + (laid.LostTokens > 0 ? 1 : 0),
            CutTokens = old.CutTokens + laid.LostTokens,
            EmptyEntries = old.EmptyEntries + (laid.Pieces.Count == 0 ? 1 : 0),
        };
    }
}
