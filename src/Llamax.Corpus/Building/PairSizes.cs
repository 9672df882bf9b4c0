using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// The sources of each language pair, both orders together, as Algorithm 1 says: D_para ← D_para(s→t) ∪ D_para(t→s); and |D_para|, counted
/// once and no further than decides anything.
/// </summary>
internal sealed class PairSizes
{
    private readonly TrainingSetOptions _options;
    private readonly Dictionary<(string First, string Second), (long Counted, long Size)> _sizes = [];

    /// <exception cref="RequestException">A language is paired with itself.</exception>
    public PairSizes(TrainingSetOptions options, IEnumerable<ParallelSource> sources)
    {
        _options = options;
        Pairs = [.. sources.GroupBy(Unordered).Select(pair => (pair.Key.First, pair.Key.Second, (IReadOnlyList<ParallelSource>)[.. pair]))];
    }

    /// <summary>Paper codes in ordinal order, and where the sentences come from.</summary>
    public IReadOnlyList<(string First, string Second, IReadOnlyList<ParallelSource> Sources)> Pairs { get; }

    /// <summary>Pairs without a blank side, counted up to the largest number that matters, and how many of them are drawn.</summary>
    public (long Counted, long Size) Of(int pair)
    {
        var (first, second, sources) = Pairs[pair];
        if (_sizes.TryGetValue((first, second), out var size))
            return size;
        var most = Most;
        var counted = most == 0 ? 0 : sources.SelectMany(source => source.Pairs).Where(HasText).TakeWhile((_, index) => index < most).LongCount();
        size = (counted, Math.Min(counted, _options.PairsPerLanguagePair ?? long.MaxValue));
        _sizes[(first, second)] = size;
        return size;
    }

    /// <summary>As many as are counted at most: all where some of them are drawn.</summary>
    public long Most =>
        _options.PairsPerLanguagePair is not null ? int.MaxValue : Math.Max(_options.ReplicateBelow, _options.AugmentBelow);

    /// <summary>Whether Algorithm 1 augments the pair: |D_para| &lt; 25,000.</summary>
    public bool IsSmall(int pair) => Of(pair).Size < _options.AugmentBelow;

    /// <summary>English lines that g translates for the pair: |D_En^s| = 25,000 − |D_para^s|.</summary>
    public int Lack(int pair) => (int)Math.Max(0, _options.AugmentBelow - Of(pair).Size);

    public static bool HasText(SentencePair pair) => !string.IsNullOrWhiteSpace(pair.Source) && !string.IsNullOrWhiteSpace(pair.Target);

    private static (string First, string Second) Unordered(ParallelSource source)
    {
        if (source.Source == source.Target)
            throw new RequestException("a language is paired with itself", $"{source.Source}-{source.Target}", "give two languages");
        return string.CompareOrdinal(source.Source, source.Target) < 0 ? (source.Source, source.Target) : (source.Target, source.Source);
    }
}
