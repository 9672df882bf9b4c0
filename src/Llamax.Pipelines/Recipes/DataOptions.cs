using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>Where text comes from.</summary>
public sealed record DataOptions
{
    /// <summary>Sources in order; the sentences of all of them together are the run's data.</summary>
    public IReadOnlyList<SourceOptions> Sources { get; init; } = [];

    /// <summary>
    /// Lexicons for augmentation: <c>builtin</c>, or <c>muse</c>, <c>panlex</c>, <c>gatitos</c>, <c>cldr</c> in the mirror or the
    /// cache; or the path of one that <c>llamax lexicon build</c> made, alone, which is used as it is, with all its languages.
    /// </summary>
    public IReadOnlyList<string> Lexicons { get; init; } = [];

    /// <summary>
    /// Share of the language pairs without English that no training set sees in either direction, to measure how well the model
    /// translates directions that it was never taught. 0 to 0.9.
    /// </summary>
    public double UnseenPairs { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (Sources.Count == 0)
            yield return new("data.sources", "(none)", "needs at least one source", "use - kind: builtin, which needs no file");
        if (!(UnseenPairs >= 0 && UnseenPairs <= 0.9))
            yield return new("data.unseenPairs", UnseenPairs, "must be 0 to 0.9", "use 0.4 to keep four pairs in ten out of training");
        for (var i = 0; i < Sources.Count; i++)
        {
            foreach (var problem in Sources[i].Problems($"data.sources[{i}]"))
                yield return problem;
        }
    }
}

/// <summary>Kinds of source.</summary>
public enum SourceKind
{
    /// <summary>The generator over .NET's own locale data; needs no file.</summary>
    Builtin,

    /// <summary>A public set in the mirror or the cache: ntrex, tatoeba, massive, mafand, udhr.</summary>
    Mirror,

    /// <summary>A two-column TSV file.</summary>
    Tsv,

    /// <summary>Two files, parallel by line.</summary>
    Moses,

    /// <summary>A JSONL file with a field for each side.</summary>
    Jsonl,

    /// <summary>Plain text of one language.</summary>
    Text,
}

/// <summary>One source of text.</summary>
public sealed record SourceOptions
{
    public SourceKind Kind { get; init; } = SourceKind.Builtin;

    /// <summary>The set of <c>mirror</c>, for example <c>ntrex</c>.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The files of <c>tsv</c> and <c>jsonl</c> (one), <c>moses</c> (source, then target) and <c>text</c> (any number); gz is recognised.
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Language of the first column, file or field; of the text where <c>kind</c> is text.</summary>
    public string? SourceLanguage { get; init; }

    /// <summary>Language of the second column, file or field.</summary>
    public string? TargetLanguage { get; init; }

    /// <summary>JSONL fields of source and target.</summary>
    public IReadOnlyList<string> Fields { get; init; } = ["source", "target"];

    /// <summary>Most monolingual lines taken for a language; null = all, and 4,000 of the built-in corpus.</summary>
    public int? MonolingualPerLanguage { get; init; }

    /// <summary>Most sentence pairs taken for a language pair; null = all, and 400 of the built-in corpus.</summary>
    public int? PairsPerLanguagePair { get; init; }

    /// <summary>Sentence pairs of every pair that are kept out of training for evaluation.</summary>
    public int HeldOutPerLanguagePair { get; init; }

    public IEnumerable<OptionProblem> Problems(string where)
    {
        var files = Kind switch { SourceKind.Moses => 2, SourceKind.Tsv or SourceKind.Jsonl => 1, SourceKind.Text => -1, _ => 0 };
        if (files >= 0 ? Files.Count != files : Files.Count == 0)
        {
            var rule = files < 0 ? "must name at least one file" : $"must name {files} files";
            yield return new($"{where}.files", Files.Count, rule, "see docs/recipes.md");
        }

        if (Kind == SourceKind.Mirror && (Name is null || !MirrorCorpora.Names.Contains(Name)))
            yield return new($"{where}.name", Name, "is not a public set", $"use one of {string.Join(", ", MirrorCorpora.Names)}");
        if (files != 0 && SourceLanguage is null)
            yield return new($"{where}.sourceLanguage", null, "is missing", "name the language of the text");
        if (files > 0 && TargetLanguage is null)
            yield return new($"{where}.targetLanguage", null, "is missing", "name the language of the second side");
        if (Fields.Count != 2)
            yield return new($"{where}.fields", Fields.Count, "must name two fields", "use [source, target]");
        if (MonolingualPerLanguage < 0)
            yield return new($"{where}.monolingualPerLanguage", MonolingualPerLanguage, "must not be negative", "use 0 for none");
        if (PairsPerLanguagePair < 0)
            yield return new($"{where}.pairsPerLanguagePair", PairsPerLanguagePair, "must not be negative", "use 0 for none");
        if (HeldOutPerLanguagePair < 0)
            yield return new($"{where}.heldOutPerLanguagePair", HeldOutPerLanguagePair, "must not be negative", "use 0 for none");
    }
}
