namespace Llamax.Corpus.Mixing;

/// <summary>Something that a training set is made of.</summary>
/// <param name="Language">Paper code: of monolingual text, or the s of an s-centric subset (Algorithm 1).</param>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Size">Tokens or entries, for all sources the same.</param>
/// <param name="Entries">Entries that hold them.</param>
public sealed record MixSource(string Language, EntryKind Kind, long Size, long Entries)
{
    /// <summary>A source whose size is its number of entries.</summary>
    public MixSource(string language, EntryKind kind, long entries)
        : this(language, kind, entries, entries)
    {
    }
}

/// <summary>How much of a source a stage sees.</summary>
/// <param name="Source">The source.</param>
/// <param name="Planned">In the unit of the sizes.</param>
/// <param name="Probability">Its share of the stage.</param>
public sealed record MixShare(MixSource Source, long Planned, double Probability)
{
    /// <summary>How often the source is seen; 0 of an empty one.</summary>
    public double Epochs => Source.Size == 0 ? 0 : (double)Planned / Source.Size;

    /// <summary>How often the entries are seen that are seen most.</summary>
    public int Repeats => (int)Math.Ceiling(Epochs);

    /// <summary>Entries that the stage draws from the source.</summary>
    public long Visits => Source.Size == Source.Entries ? Planned : (long)Math.Round(Epochs * Source.Entries);
}

/// <summary>What a stage or the whole plan sees of a language.</summary>
/// <param name="Language">Paper code.</param>
/// <param name="Size">What its sources hold.</param>
/// <param name="Planned">What is seen.</param>
/// <param name="Probability">Its share of all that is seen.</param>
/// <param name="Epochs">How often its text is seen on average.</param>
/// <param name="Repeats">How often the entries are seen that are seen most.</param>
public sealed record MixLanguage(string Language, long Size, long Planned, double Probability, double Epochs, int Repeats);

/// <summary>A stretch of training over one mix.</summary>
/// <param name="Name"><c>mixed</c>, <c>monolingual</c> or <c>parallel</c>.</param>
/// <param name="Budget">What it was given.</param>
/// <param name="Shares">Every source of its kinds, in the order given.</param>
public sealed record MixStage(string Name, long Budget, IReadOnlyList<MixShare> Shares)
{
    /// <summary>What is seen; less than the budget where the caps leave nothing more.</summary>
    public long Planned => Shares.Sum(share => share.Planned);

    /// <summary>Entries that are drawn.</summary>
    public long Visits => Shares.Sum(share => share.Visits);

    /// <summary>By language, in the order of the sources.</summary>
    public IReadOnlyList<MixLanguage> Languages => MixPlan.ByLanguage([this]);
}

/// <summary>What will be seen how often, before anything is spent.</summary>
/// <param name="Options">What it was planned by.</param>
/// <param name="Stages">One after the other.</param>
public sealed record MixPlan(MixOptions Options, IReadOnlyList<MixStage> Stages)
{
    /// <summary>All stages together by language, in the order of the sources.</summary>
    public IReadOnlyList<MixLanguage> Languages => ByLanguage(Stages);

    internal static IReadOnlyList<MixLanguage> ByLanguage(IReadOnlyList<MixStage> stages)
    {
        var all = Math.Max(1, stages.Sum(stage => stage.Planned));
        return [.. stages.SelectMany(stage => stage.Shares).GroupBy(share => share.Source.Language).Select(shares =>
        {
            var (size, planned) = (shares.Sum(share => share.Source.Size), shares.Sum(share => share.Planned));
            return new MixLanguage(
                shares.Key, size, planned, (double)planned / all, size == 0 ? 0 : (double)planned / size,
                shares.Max(share => share.Repeats));
        })];
    }
}
