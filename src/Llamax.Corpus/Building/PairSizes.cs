using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// The sources of each language pair, both orders together, as Algorithm 1 says: D_para ← D_para(s→t) ∪ D_para(t→s); and |D_para|,
/// counted once and no further than decides anything.
/// </summary>
internal sealed class PairSizes
{
    private readonly TrainingSetOptions _options;
    private readonly Dictionary<int, long> _counted = [];

    /// <exception cref="RequestException">A language is paired with itself.</exception>
    public PairSizes(TrainingSetOptions options, IEnumerable<ParallelSource> sources)
    {
        _options = options;
        Pairs = [.. sources.GroupBy(Unordered).Select(pair => (pair.Key.First, pair.Key.Second, (IReadOnlyList<ParallelSource>)[.. pair]))];
    }

    /// <summary>Paper codes in ordinal order, and where the sentences come from.</summary>
    public IReadOnlyList<(string First, string Second, IReadOnlyList<ParallelSource> Sources)> Pairs { get; }

    /// <summary>Pairs without a blank side, counted up to the largest number that matters.</summary>
    public long Counted(int pair)
    {
        if (_counted.TryGetValue(pair, out var known))
            return known;
        var most = Most;
        var counted = most == 0 ? 0
            : Pairs[pair].Sources.SelectMany(source => source.Pairs).Where(HasText).TakeWhile((_, index) => index < most).LongCount();
        return _counted[pair] = counted;
    }

    public PairNumbers Numbers(int pair) => PairNumbers.Of(_options, Counted(pair));

    /// <summary>As many as are counted at most: all where some of them are drawn.</summary>
    public long Most =>
        _options.PairsPerLanguagePair is not null ? int.MaxValue : Math.Max(_options.ReplicateBelow, _options.AugmentBelow);

    public static bool HasText(SentencePair pair) => !string.IsNullOrWhiteSpace(pair.Source) && !string.IsNullOrWhiteSpace(pair.Target);

    private static (string First, string Second) Unordered(ParallelSource source)
    {
        if (source.Source == source.Target)
            throw new RequestException("a language is paired with itself", $"{source.Source}-{source.Target}", "give two languages");
        return string.CompareOrdinal(source.Source, source.Target) < 0 ? (source.Source, source.Target) : (source.Target, source.Source);
    }
}
