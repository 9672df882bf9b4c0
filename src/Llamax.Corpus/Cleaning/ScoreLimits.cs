namespace Llamax.Corpus.Cleaning;

/// <summary>What a column of scores may say.</summary>
public sealed record ScoreLimits
{
    public double? Least { get; init; }

    public double? Most { get; init; }
}
