namespace Llamax.Corpus.Reading;

/// <summary>A sentence and its translation.</summary>
/// <param name="Source">The source sentence.</param>
/// <param name="Target">Its translation.</param>
/// <param name="Origin">File and line, as in <c>corpus/en-ha.tsv:10482</c>.</param>
public readonly record struct SentencePair(string Source, string Target, string Origin)
{
    /// <summary>The further columns of its file, such as scores; null where there are none.</summary>
    public ExtraColumns? Columns { get; init; }

    /// <summary>The other direction.</summary>
    public SentencePair Swapped => this with { Source = Target, Target = Source };

    /// <summary>The same pair with one more column.</summary>
    public SentencePair With(string column, string value) => this with { Columns = ExtraColumns.With(Columns, column, value) };

    // The generated one would print the swapped pair's swapped pair.
    public override string ToString() => $"{Origin}: {Source} ||| {Target}{(Columns is null ? "" : $" ({Columns})")}";
}
