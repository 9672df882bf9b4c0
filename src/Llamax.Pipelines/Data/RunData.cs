using System.Globalization;
using Llamax.Corpus.BuiltIn;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>The data of a run: its sources together, which language pairs training never sees, and the lexicon.</summary>
internal sealed class RunData
{
    private readonly IReadOnlyList<ITextSource> _sources;
    private readonly Lazy<BuiltInCorpus> _builtIn;
    private readonly Lazy<HashSet<string>> _heldOutSentences;
    private readonly HashSet<(Language, Language)> _unseen;
    private readonly Lazy<MultilingualLexicon> _lexicon;
    private readonly IReadOnlyList<string> _lexicons;

    /// <exception cref="RequestException">A source or lexicon is missing.</exception>
    public RunData(Recipe recipe)
    {
        Languages = recipe.ResolveLanguages();
        _builtIn = new(() => new BuiltInCorpus(Languages));
        _heldOutSentences = new(() => [.. _sources!.OfType<CorpusSource>().SelectMany(s => s.HeldOutSentences())]);
        _sources = [.. recipe.Data.Sources.Select(source => Open(source, recipe.Seed))];
        _lexicons = recipe.Data.Lexicons;
        if (_lexicons.Count > 1 && _lexicons.FirstOrDefault(IsBuilt) is { } built)
            throw new RequestException(
                "a built lexicon is used as it is and does not go with others", $"data.lexicons, {built}",
                "build one lexicon of all sources with llamax lexicon build");
        _lexicon = new(OpenLexicon);
        var candidates = Pairs(Languages).Where(p => p.Source.Code != English && p.Target.Code != English).ToList();
        var order = new Draws(recipe.Seed, "unseen pairs").Permutation(candidates.Count);
        _unseen = [.. order.Take((int)Math.Round(candidates.Count * recipe.Data.UnseenPairs)).Select(i => candidates[i])];
        Fingerprint = Manifest.HashTexts(
            [RecipeWriter.Write(recipe.Data), string.Join(' ', Languages), .. _sources.Select(s => s.Fingerprint),
                .. _lexicons.Select(FingerprintOfLexicon), .. UnseenNames()]);
    }

    /// <summary>The paper's code of English.</summary>
    public const string English = "en";

    public IReadOnlyList<Language> Languages { get; }

    /// <summary>What decides the data besides the seed: options, languages, files or locale data, unseen pairs.</summary>
    public string Fingerprint { get; }

    /// <summary>Lines that readers could not use, over all sources.</summary>
    public MalformedLines Malformed { get; } = new();

    public MultilingualLexicon Lexicon => _lexicon.Value;

    /// <summary>What the sources on disk hold out, in all languages.</summary>
    public IReadOnlyCollection<string> HeldOutSentences => _heldOutSentences.Value;

    /// <summary>Every unordered pair once, in the order of the list.</summary>
    public static IEnumerable<(Language Source, Language Target)> Pairs(IReadOnlyList<Language> languages)
    {
        for (var i = 0; i < languages.Count; i++)
        {
            for (var j = i + 1; j < languages.Count; j++)
                yield return (languages[i], languages[j]);
        }
    }

    /// <summary>Whether training never sees sentence pairs of the two languages.</summary>
    public bool IsUnseen(Language source, Language target) => _unseen.Contains((source, target)) || _unseen.Contains((target, source));

    public IEnumerable<TextLine> Monolingual(Language language) => _sources.SelectMany(s => s.Monolingual(language));

    /// <summary>All training text of a language: its monolingual lines, then its side of the sentence pairs.</summary>
    public IEnumerable<string> Text(Language language) => Monolingual(language).Select(line => line.Text).Concat(
        Languages.Where(other => other != language).SelectMany(other => Parallel(language, other)).Select(pair => pair.Source));

    /// <summary>Training pairs of all sources; none for an unseen pair.</summary>
    public IEnumerable<SentencePair> Parallel(Language source, Language target) =>
        IsUnseen(source, target) ? [] : _sources.SelectMany(s => s.Parallel(source, target));

    /// <summary>Pairs of the built-in test split.</summary>
    public IEnumerable<SentencePair> BuiltInTest(Language source, Language target, int count) =>
        _sources.OfType<BuiltInSource>().SelectMany(s => s.HeldOut(source, target, count)).Take(count);

    /// <summary>Pairs that were held out of corpora on disk.</summary>
    public IEnumerable<SentencePair> HeldOut(Language source, Language target, int count) =>
        _sources.OfType<CorpusSource>().SelectMany(s => s.HeldOut(source, target, count)).Take(count);

    /// <summary>Held-out pairs of all sources that a run is watched by while it trains.</summary>
    public IEnumerable<SentencePair> Dev(Language source, Language target, int count) =>
        _sources.SelectMany(s => s.Dev(source, target, count)).Take(count);

    private ITextSource Open(SourceOptions options, ulong seed)
    {
        switch (options.Kind)
        {
            case SourceKind.Builtin:
                return new BuiltInSource(options, _builtIn.Value, seed);
            case SourceKind.Mirror:
                var corpus = MirrorCorpora.Open(options.Name!, DataCatalogue.Default);
                return new CorpusSource(corpus, FingerprintOfFolder(corpus.Folder), options, Languages, seed, Malformed, _heldOutSentences);
            default:
                foreach (var file in options.Files.Where(f => !File.Exists(f)))
                    throw new RequestException("there is no such file", file, "correct data.sources");
                var hash = Manifest.HashTexts(options.Files.Select(Manifest.HashFile));
                return new CorpusSource(new FileCorpus(options), hash, options, Languages, seed, Malformed, _heldOutSentences);
        }
    }

    private MultilingualLexicon OpenLexicon()
    {
        if (_lexicons is not [var path] || !IsBuilt(path))
            return MultilingualLexicon.Build(_lexicons.SelectMany(LexiconEntries));
        var lexicon = MultilingualLexicon.Open(path);
        return Languages.Any(language => lexicon.EntityCounts.GetValueOrDefault(language.Code) > 0) ? lexicon : throw new RequestException(
            "this lexicon has no word of the run's languages", path,
            $"it covers {string.Join(", ", lexicon.EntityCounts.Keys)}; name another, or build one with llamax lexicon build");
    }

    /// <summary>Whether a lexicon is named by its place on disk, not by its name in the catalogue.</summary>
    private static bool IsBuilt(string name) => name.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(name)
        || File.Exists(name) || File.Exists(Path.Combine(name, LexiconBuild.FileName));

    private IEnumerable<LexiconEntry> LexiconEntries(string name)
    {
        if (name == "builtin")
            return BuiltInLexicon.Entries(_builtIn.Value);
        var corpus = MirrorCorpora.Open(name, DataCatalogue.Default);
        return Pairs(Languages).Where(p => corpus.Has(p.Source, p.Target)).SelectMany(p => corpus.Pairs(p.Source, p.Target, Malformed)
            .Select(entry => new LexiconEntry(p.Source.Code, entry.Source, p.Target.Code, entry.Target)));
    }

    private string FingerprintOfLexicon(string name) =>
        name == "builtin" ? _builtIn.Value.LocaleData
        : IsBuilt(name) ? MultilingualLexicon.HashOf(name)
        : FingerprintOfFolder(MirrorCorpora.Open(name, DataCatalogue.Default).Folder);

    /// <summary>
    /// Names and sizes: published sets do not change under one name, and hashing all of a mirror at every start would be slow.
    /// </summary>
    internal static string FingerprintOfFolder(string folder) => Manifest.HashTexts(
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
            .Select(path => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} {new FileInfo(path).Length}")));

    private IEnumerable<string> UnseenNames() => _unseen.Select(p => $"{p.Item1.Code}-{p.Item2.Code}").Order(StringComparer.Ordinal);
}
