using Llamax.Corpus.Mixing;

namespace Llamax.Corpus.Statistics;

/// <summary>What a corpus or a training set holds.</summary>
public sealed record CorpusStatistics
{
    /// <summary>Lines, pairs or entries.</summary>
    public required long Items { get; init; }

    /// <summary>Items whose letters and numbers are those of an earlier one.</summary>
    public required long Repeated { get; init; }

    /// <summary>By the language's code.</summary>
    public required IReadOnlyList<LanguageStatistics> Languages { get; init; }

    /// <summary>By kind, source and target.</summary>
    public required IReadOnlyList<DirectionStatistics> Directions { get; init; }

    /// <summary>By size, the largest first.</summary>
    public required IReadOnlyList<SourceStatistics> Sources { get; init; }

    /// <summary>A few items of every language, drawn evenly and always the same.</summary>
    public required IReadOnlyList<CorpusItem> Samples { get; init; }

    /// <summary>Whether tokens were counted.</summary>
    public required bool HasTokens { get; init; }

    /// <summary>Lines that the readers could not use.</summary>
    public long Malformed { get; init; }

    /// <summary>The first of them, with file, line and reason.</summary>
    public IReadOnlyList<string> MalformedExamples { get; init; } = [];

    /// <summary>What cleaning had removed from the corpora, the most frequent reason first.</summary>
    public IReadOnlyList<RemovedReason> Removed { get; init; } = [];

    /// <summary>How often everything would be seen; null = not asked for.</summary>
    public MixPlan? Mix { get; init; }

    /// <summary>What a mix can be made of: each language and kind with its entries.</summary>
    public IReadOnlyList<MixSource> MixSources =>
    [
        .. Directions.GroupBy(direction => (direction.Source, direction.Kind))
            .OrderBy(group => group.Key.Source, StringComparer.Ordinal).ThenBy(group => group.Key.Kind)
            .Select(group => new MixSource(group.Key.Source, group.Key.Kind, group.Sum(direction => direction.Items))),
    ];
}

/// <summary>The texts of one language.</summary>
/// <param name="Code">Paper code.</param>
/// <param name="Texts">Lines and sides of pairs.</param>
/// <param name="Characters">Their lengths in Unicode code points.</param>
/// <param name="Words">Between spaces; null where the language writes none.</param>
/// <param name="Tokens">Null where none were counted.</param>
/// <param name="Scripts">ISO 15924 → texts mostly in it, the most frequent first; the empty code stands for texts without letters.</param>
public sealed record LanguageStatistics(
    string Code, long Texts, LengthHistogram Characters, LengthHistogram? Words, LengthHistogram? Tokens,
    IReadOnlyList<KeyValuePair<string, long>> Scripts);

/// <summary>Items of one kind and direction.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code; empty for monolingual text.</param>
/// <param name="Items">How many.</param>
/// <param name="Repeated">Those that say the same as an earlier item of any direction.</param>
public sealed record DirectionStatistics(EntryKind Kind, string Source, string Target, long Items, long Repeated);

/// <summary>What comes from one file.</summary>
/// <param name="Name">The file, or what generated it.</param>
/// <param name="Items">How many.</param>
/// <param name="ByLanguage">Language → its texts.</param>
public sealed record SourceStatistics(string Name, long Items, IReadOnlyDictionary<string, long> ByLanguage);

/// <summary>What was removed for a reason.</summary>
/// <param name="Reason">As <c>corpus clean</c> names it.</param>
/// <param name="Count">How many lines or pairs.</param>
/// <param name="Samples">Some of them.</param>
public sealed record RemovedReason(string Reason, long Count, IReadOnlyList<RemovedText> Samples);

/// <summary>A removed line or pair.</summary>
public sealed record RemovedText(string Origin, IReadOnlyList<string> Texts);
