namespace Llamax.Corpus.Reading;

/// <summary>A line of text in one language.</summary>
/// <param name="Text">The line, without its end.</param>
/// <param name="Origin">File and line, as in <c>corpus/ha.txt:10482</c>.</param>
public readonly record struct TextLine(string Text, string Origin)
{
    /// <summary>The further columns of its file, such as scores; null where there are none.</summary>
    public ExtraColumns? Columns { get; init; }

    /// <summary>The same line with one more column.</summary>
    public TextLine With(string column, string value) => this with { Columns = ExtraColumns.With(Columns, column, value) };
}
