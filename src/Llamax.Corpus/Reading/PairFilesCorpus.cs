using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>
/// One file a pair of languages, in either order (Tatoeba, MAFAND, MUSE, PanLex, GATITOS, the CLDR lexicon). Files of other varieties
/// (<c>srp_Latn</c>) are not read; several files of the same variety (<c>fas</c>, <c>pes</c>) follow each other.
/// </summary>
internal sealed class PairFilesCorpus : IParallelCorpus
{
    private readonly List<(Language Source, Language Target, string Path)> _files = [];
    private readonly Func<string, MalformedLines, IEnumerable<SentencePair>> _read;

    /// <param name="name">The set's name.</param>
    /// <param name="folder">Where its files are.</param>
    /// <param name="ending">How their names end, without <c>.gz</c>; before it stands the pair.</param>
    /// <param name="pair">The two codes of a name's beginning; null for names that are no pair.</param>
    /// <param name="read">Reads one of them; null reads the first two columns of a TSV.</param>
    public PairFilesCorpus(
        string name, string folder, string ending, Func<string, (string Source, string Target)?> pair,
        Func<string, MalformedLines, IEnumerable<SentencePair>>? read = null)
    {
        (Name, Folder) = (name, folder);
        _read = read ?? ((path, malformed) => TsvPairs.Read(path, new(), malformed));
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            var plain = file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file;
            if (plain.EndsWith(ending, StringComparison.Ordinal)
                && pair(plain[..^ending.Length]) is var (source, target)
                && LanguageOf(source) is { } sourceLanguage
                && LanguageOf(target) is { } targetLanguage)
                _files.Add((sourceLanguage, targetLanguage, path));
        }
    }

    public string Name { get; }

    public string Folder { get; }

    public IReadOnlyList<Language> Languages =>
        [.. LanguageRegistry.All.Where(language => _files.Any(file => file.Source == language || file.Target == language))];

    /// <summary>Two codes joined by a sign that no code of the set contains.</summary>
    public static Func<string, (string Source, string Target)?> Joined(char sign) =>
        name => name.Split(sign) is [var source, var target] ? (source, target) : null;

    public bool Has(Language source, Language target) => FilesOf(source, target).Any();

    public IEnumerable<SentencePair> Pairs(Language source, Language target, MalformedLines malformed)
    {
        var files = FilesOf(source, target).ToList();
        if (files.Count == 0)
        {
            var partners = Languages.Where(language => Has(source, language)).ToList();
            if (partners.Count == 0)
                throw MirrorCorpora.Lacks(this, source, Folder);
            throw new RequestException(
                $"{Name} has no {source}-{target}", Folder, $"it has {source} with {string.Join(' ', partners)}: choose one of these");
        }

        return files.SelectMany(file => Read(file.Path, file.Source == source, malformed));
    }

    public IEnumerable<TextLine> Lines(Language language, MalformedLines malformed)
    {
        var files = _files.Where(file => file.Source == language || file.Target == language).ToList();
        if (files.Count == 0)
            throw MirrorCorpora.Lacks(this, language, Folder);
        return files
            .SelectMany(file => Read(file.Path, file.Source == language, malformed))
            .Select(pair => new TextLine(pair.Source, pair.Origin));
    }

    private IEnumerable<SentencePair> Read(string path, bool inOrder, MalformedLines malformed) => inOrder
        ? _read(path, malformed)
        : _read(path, malformed).Select(pair => pair.Swapped);

    private static Language? LanguageOf(string code) =>
        LanguageRegistry.TryFind(code, out var language) && !language.Varieties.Any(variety => variety.Codes.Contains(code))
            ? language
            : null;

    private IEnumerable<(Language Source, Language Target, string Path)> FilesOf(Language source, Language target) =>
        _files.Where(file => (file.Source == source && file.Target == target) || (file.Source == target && file.Target == source));
}
