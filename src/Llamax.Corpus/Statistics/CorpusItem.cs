using Llamax.Corpus.Packing;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Statistics;

/// <summary>A line, a pair or a built entry, as it is counted.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code of the first text.</param>
/// <param name="Target">Paper code of the others; empty for monolingual text.</param>
/// <param name="Texts">In order.</param>
/// <param name="File">The file that it comes from, or what generated it.</param>
/// <param name="Origin">File and line.</param>
public sealed record CorpusItem(
    EntryKind Kind, string Source, string Target, IReadOnlyList<string> Texts, string File, string Origin)
{
    public static CorpusItem Of(TrainingEntry entry) => new(
        entry.Kind, entry.Source, entry.Target, [.. entry.Segments.Select(segment => segment.Text)], FileOf(entry.Origin), entry.Origin);

    /// <param name="pair">Two texts.</param>
    /// <param name="source">Paper code.</param>
    /// <param name="target">Paper code.</param>
    /// <param name="file">Null = the one that the origin names.</param>
    public static CorpusItem Of(in SentencePair pair, string source, string target, string? file = null) =>
        new(EntryKind.Parallel, source, target, [pair.Source, pair.Target], file ?? FileOf(pair.Origin), pair.Origin);

    /// <param name="line">A text.</param>
    /// <param name="language">Paper code.</param>
    /// <param name="file">Null = the one that the origin names.</param>
    public static CorpusItem Of(in TextLine line, string language, string? file = null) =>
        new(EntryKind.Monolingual, language, "", [line.Text], file ?? FileOf(line.Origin), line.Origin);

    /// <summary>The language of a text; a code-switched text counts for the language that it was made from.</summary>
    internal string LanguageOf(int text) => text == 0 || Target.Length == 0 ? Source : Target;

    private static string FileOf(string origin) => DocumentOrigin.Parse(origin, 1).File;
}
