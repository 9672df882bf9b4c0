namespace Llamax.Corpus.Building;

/// <summary>What Algorithm 1 does with a language pair, which its size alone decides.</summary>
/// <param name="Size">|D_para^s|: pairs that are drawn.</param>
/// <param name="Replicas">How often each of them appears.</param>
/// <param name="IsSmall">Whether the pair is augmented: |D_para^s| &lt; 25,000.</param>
/// <param name="Lack">English lines that g translates for it: |D_En^s| = 25,000 − |D_para^s|.</param>
internal readonly record struct PairNumbers(long Size, int Replicas, bool IsSmall, int Lack)
{
    /// <param name="options">The numbers of Algorithm 1.</param>
    /// <param name="counted">Sentence pairs that there are, counted at least as far as the options look.</param>
    public static PairNumbers Of(TrainingSetOptions options, long counted)
    {
        var size = Math.Min(counted, options.PairsPerLanguagePair ?? long.MaxValue);
        return new(
            size, size < options.ReplicateBelow ? options.Replicas : 1, size < options.AugmentBelow,
            (int)Math.Max(0, options.AugmentBelow - size));
    }
}
