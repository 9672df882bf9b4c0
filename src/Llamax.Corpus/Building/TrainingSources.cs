using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Building;

/// <summary>Monolingual text of one language; read once an epoch, and once more where lines are drawn.</summary>
/// <param name="Language">Paper code.</param>
/// <param name="Lines">A stream, the same each time; neighbouring lines may be of one document.</param>
public sealed record MonolingualSource(string Language, IEnumerable<TextLine> Lines);

/// <summary>
/// Sentence pairs of one language pair; counted first, then read once an epoch. Several sources may hold the same pair, in either order.
/// </summary>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code.</param>
/// <param name="Pairs">A stream, the same each time; an empty one names a pair that only g can fill.</param>
public sealed record ParallelSource(string Source, string Target, IEnumerable<SentencePair> Pairs);

/// <summary>Everything that goes into a training set.</summary>
public sealed record TrainingSources
{
    public IReadOnlyList<MonolingualSource> Monolingual { get; init; } = [];

    public IReadOnlyList<ParallelSource> Parallel { get; init; } = [];

    /// <summary>Entries made elsewhere (prompts with answers); they pass through as they are.</summary>
    public IEnumerable<TrainingEntry> Ready { get; init; } = [];

    /// <summary>English text of which D_En is drawn; read once, and only where g has something to translate.</summary>
    public IEnumerable<TextLine> English { get; init; } = [];

    /// <summary>Sentences that no English line given to g may be.</summary>
    public IEnumerable<string> HeldOut { get; init; } = [];

    /// <summary>Names the content of the sources: shards of other content are not merged.</summary>
    public string Fingerprint { get; init; } = "";
}
