namespace Llamax.Corpus.Reading;

/// <summary>A line of text in one language.</summary>
/// <param name="Text">The line, without its end.</param>
/// <param name="Origin">File and line, as in <c>corpus/ha.txt:10482</c>.</param>
public readonly record struct TextLine(string Text, string Origin);
