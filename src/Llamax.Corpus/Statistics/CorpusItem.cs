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
        entry.Kind, entry.Source, entry.Target, [.. entry.Segments.Select(segment => segment.Text)],
        DocumentOrigin.Parse(entry.Origin, 1).File, entry.Origin);

    public static CorpusItem Of(in SentencePair pair, string source, string target, string file) =>
        new(EntryKind.Parallel, source, target, [pair.Source, pair.Target], file, pair.Origin);

    public static CorpusItem Of(in TextLine line, string language, string file) =>
        new(EntryKind.Monolingual, language, "", [line.Text], file, line.Origin);

    /// <summary>The language of a text; a code-switched text counts for the language that it was made from.</summary>
    internal string LanguageOf(int text) => text == 0 || Target.Length == 0 ? Source : Target;
}
