namespace Llamax.Corpus.Reading;

/// <summary>The chosen fields of one line or row, and the others beside them.</summary>
/// <param name="Fields">In the order in which they were asked for.</param>
/// <param name="Origin">File and line (Parquet: row).</param>
public readonly record struct FieldLine(IReadOnlyList<string> Fields, string Origin)
{
    /// <summary>What was not asked for; null where there is nothing else.</summary>
    public ExtraColumns? Columns { get; init; }

    /// <summary>The first field as a line.</summary>
    internal TextLine Line => new(Fields[0], Origin) { Columns = Columns };

    /// <summary>The first two fields as a pair.</summary>
    internal SentencePair Pair => new(Fields[0], Fields[1], Origin) { Columns = Columns };
}
