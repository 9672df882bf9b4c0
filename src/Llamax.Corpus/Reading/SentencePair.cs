namespace Llamax.Corpus.Reading;

/// <summary>A sentence and its translation.</summary>
/// <param name="Source">The source sentence.</param>
/// <param name="Target">Its translation.</param>
/// <param name="Origin">File and line, as in <c>corpus/en-ha.tsv:10482</c>.</param>
public readonly record struct SentencePair(string Source, string Target, string Origin)
{
    /// <summary>The other direction.</summary>
    public SentencePair Swapped => new(Target, Source, Origin);
}
