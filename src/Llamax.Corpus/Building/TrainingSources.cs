using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Building;

/// <summary>Monolingual text of one language; read once.</summary>
/// <param name="Language">Paper code.</param>
/// <param name="Lines">A stream; neighbouring lines may be of one document.</param>
public sealed record MonolingualSource(string Language, IEnumerable<TextLine> Lines);

/// <summary>Sentence pairs of one language pair; read once. Several sources may hold the same pair, in either order.</summary>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code.</param>
/// <param name="Count">Pairs in the stream: they decide on replication and augmentation before the stream is read.</param>
/// <param name="Pairs">A stream of exactly so many pairs.</param>
public sealed record ParallelSource(string Source, string Target, long Count, IEnumerable<SentencePair> Pairs);

/// <summary>Everything that goes into a training set.</summary>
public sealed record TrainingSources
{
    public IReadOnlyList<MonolingualSource> Monolingual { get; init; } = [];

    public IReadOnlyList<ParallelSource> Parallel { get; init; } = [];

    /// <summary>Entries made elsewhere (prompts with answers, pivot translations); they pass through as they are.</summary>
    public IEnumerable<TrainingEntry> Ready { get; init; } = [];
}
