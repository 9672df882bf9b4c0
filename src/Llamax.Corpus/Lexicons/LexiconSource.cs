using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Dictionaries as they are published: MUSE (<c>en-de.txt</c>), PanLex and other TSV (<c>eng-ind.tsv</c>, <c>id-ka.train.tsv</c>), GATITOS
/// (<c>en_hi.tsv</c>), CLDR names (<c>deu.tsv</c>, from English), tab files of the Open Multilingual Wordnet (<c>wn-wikt-deu.tab</c>), and
/// lexicons built before (<c>lexicon.bin</c>); text also as <c>.gz</c>. The name of a file says its languages, in any of the registry's
/// codes.
/// </summary>
public sealed class LexiconSource
{
    private static readonly (string Name, string Folder)[] Published =
    [
        ("muse", "muse"), ("panlex", "panlex"), ("gatitos", "gatitos"), ("cldr", "cldr-lexicon"), ("wordnet", "wiktionary-omw"),
    ];

    private readonly List<DictionaryFile> _files = [];
    private readonly List<string> _passedOver = [];

    private LexiconSource(string name) => Name = name;

    /// <summary>What the request calls it.</summary>
    public string Name { get; }

    /// <summary>Paths of the files that are read, in ordinal order.</summary>
    public IEnumerable<string> Files => _files.Select(file => file.Path);

    /// <summary>Files of the folder that are not read, each with the reason.</summary>
    public IReadOnlyList<string> PassedOver => _passedOver;

    /// <summary>Names that <see cref="Open"/> finds in a mirror.</summary>
    public static IEnumerable<string> Names => Published.Select(set => set.Name);

    /// <summary>Finds the files of a source.</summary>
    /// <param name="request">A name of <see cref="Names"/>, a folder, a file, or <c>en-de=FILE</c>.</param>
    /// <param name="mirror">The folder that mirrors the public sets; null = none.</param>
    /// <exception cref="RequestException">Nothing is there, or nothing there is a dictionary of two languages.</exception>
    public static LexiconSource Open(string request, string? mirror)
    {
        var source = new LexiconSource(request);
        if (request.Split('=', 2) is [var pair, var path] && !Path.Exists(request))
        {
            if (PairOf(pair) is not var (first, second))
                throw new RequestException($"\"{pair}\" names no two languages", request, "write en-de=FILE");
            if (!File.Exists(path))
                throw new RequestException("there is no such file", path, "correct the path");
            source._files.Add(new(path, DictionaryForm.Pairs, first, second));
        }
        else if (File.Exists(request))
        {
            if (source.Recognize(request) is { } why)
                throw new RequestException(why, request, "name the languages: en-de=FILE");
        }
        else
        {
            var folder = Directory.Exists(request) ? request : Find(request, mirror);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                // What measures lexicon induction must not be what it is learnt from.
                var why = Path.GetFileName(file).Contains(".test.", StringComparison.Ordinal) ? "a test set" : source.Recognize(file);
                if (why is not null)
                    source._passedOver.Add($"{Path.GetRelativePath(folder, file)}: {why}");
            }

            if (source._files.Count == 0)
                throw new RequestException(
                    "no dictionary is there", folder, "name files by their languages, as en-de.tsv, or give files as en-de=FILE");
        }

        return source;
    }

    /// <summary>The entries of every file in turn, as the files spell them.</summary>
    /// <param name="languages">Paper codes: an entry of any other language is not read; null = all.</param>
    /// <param name="malformed">Counts lines that are no entries.</param>
    /// <exception cref="RequestException">A file cannot be read.</exception>
    public IEnumerable<LexiconEntry> Entries(IReadOnlySet<string>? languages, MalformedLines malformed)
    {
        foreach (var file in _files.Where(file => file.Form != DictionaryForm.Wordnet))
        {
            if (file.Form == DictionaryForm.Lexicon)
            {
                using var lexicon = MultilingualLexicon.Open(file.Path);
                foreach (var entry in lexicon.Entries)
                    if (languages is null || (languages.Contains(entry.SourceLanguage) && languages.Contains(entry.TargetLanguage)))
                        yield return entry;
                continue;
            }

            if (languages is not null && !(languages.Contains(file.Source) && languages.Contains(file.Target)))
                continue;
            var pairs = file.Form == DictionaryForm.Muse
                ? MusePairs.Read(file.Path, malformed)
                : TsvPairs.Read(file.Path, new(), malformed);
            foreach (var pair in pairs)
                yield return new(file.Source, pair.Source, file.Target, pair.Target);
        }

        // Tab files are joined with English: without it among the languages, none of their entries is asked for.
        var tabs = _files.Where(file => file.Form == DictionaryForm.Wordnet && languages?.Contains(file.Source) != false).ToList();
        if (tabs.Count > 0 && languages?.Contains(WordnetTabs.English) != false)
            foreach (var entry in WordnetTabs.Read([.. tabs.Select(tab => (tab.Source, tab.Path))], malformed, Name))
                yield return entry;
    }

    private static string Find(string name, string? mirror)
    {
        var set = Array.Find(Published, set => set.Name == name);
        if (set.Name is null)
            throw new RequestException(
                $"\"{name}\" is no file, no folder and none of the lexicons by name", mend: $"names are {string.Join(", ", Names)}");
        if (mirror is null)
            throw new RequestException(
                "LLAMAX_DATA is not set", name, "set it to the folder that mirrors the public sets, or give a folder");
        var folder = Path.Combine(mirror, set.Folder);
        return Directory.Exists(folder)
            ? folder
            : throw new RequestException("the folder does not exist", folder, "set LLAMAX_DATA to the folder that mirrors the public sets");
    }

    /// <summary>Adds the file; or says why it is none of ours.</summary>
    private string? Recognize(string path)
    {
        var name = Path.GetFileName(path);
        if (name == LexiconBuild.FileName)
        {
            _files.Add(new(path, DictionaryForm.Lexicon, "", ""));
            return null;
        }

        if (name.EndsWith(".gz", StringComparison.Ordinal) || name.EndsWith(".zst", StringComparison.Ordinal))
            name = Path.GetFileNameWithoutExtension(name);
        var extension = Path.GetExtension(name);
        var stem = name.Split('.')[0];
        switch (extension)
        {
            case ".tab" when LanguageOf(stem.Split('-')[^1]) is { } language:
                _files.Add(new(path, DictionaryForm.Wordnet, language, ""));
                return null;
            case ".txt" or ".tsv" when PairOf(stem) is var (source, target):
                _files.Add(new(path, extension == ".txt" ? DictionaryForm.Muse : DictionaryForm.Pairs, source, target));
                return null;
            case ".tsv" when LanguageOf(stem) is { } language:
                _files.Add(new(path, DictionaryForm.Pairs, WordnetTabs.English, language));
                return null;
            default:
                return "its name says no languages of the paper";
        }
    }

    private static (string Source, string Target)? PairOf(string name)
    {
        foreach (var sign in "-_")
            if (name.Split(sign) is [var first, var second] && LanguageOf(first) is { } source && LanguageOf(second) is { } target)
                return (source, target);
        return null;
    }

    /// <summary>The paper's code; null for other varieties and for what is no language of the paper.</summary>
    private static string? LanguageOf(string code) =>
        LanguageRegistry.TryFind(code, out var language) && !language.Varieties.Any(variety => variety.Codes.Contains(code))
            ? language.Code
            : null;

    private enum DictionaryForm
    {
        Pairs,
        Muse,
        Wordnet,
        Lexicon,
    }

    private sealed record DictionaryFile(string Path, DictionaryForm Form, string Source, string Target);
}
