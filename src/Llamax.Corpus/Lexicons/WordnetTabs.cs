using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Tab files of the Open Multilingual Wordnet, one a language: <c>synset TAB language:lemma TAB lemma</c>. Lemmas of one synset translate
/// each other; here every language is joined with English, as MUSE's dictionaries are, and two hops lead to the others.
/// </summary>
internal static class WordnetTabs
{
    /// <summary>The paper's code of English.</summary>
    public const string English = "en";

    /// <summary>Streams the entries; the English lemmas are held in memory.</summary>
    /// <param name="files">Paper code and path of every file.</param>
    /// <param name="malformed">Lines without three columns.</param>
    /// <param name="name">What messages call the set.</param>
    /// <exception cref="RequestException">None of the files is English, or one cannot be read.</exception>
    public static IEnumerable<LexiconEntry> Read(IReadOnlyList<(string Language, string Path)> files, MalformedLines malformed, string name)
    {
        var english = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        if (!files.Any(file => file.Language == English))
            throw new RequestException("no English tab file is among these", name, "add it: the others are joined with it by synset");
        foreach (var (_, path) in files.Where(file => file.Language == English))
        {
            foreach (var (synset, lemma) in Lemmas(path, malformed))
            {
                if (!english.TryGetValue(synset, out var lemmas))
                    english.Add(synset, lemmas = []);
                lemmas.Add(lemma);
            }
        }

        foreach (var (language, path) in files.Where(file => file.Language != English))
            foreach (var (synset, lemma) in Lemmas(path, malformed))
                foreach (var source in english.GetValueOrDefault(synset, []))
                    yield return new(English, source, language, lemma);
    }

    private static IEnumerable<(string Synset, string Lemma)> Lemmas(string path, MalformedLines malformed)
    {
        foreach (var (number, text) in CorpusFile.Lines(path, malformed))
        {
            if (text is null || text.StartsWith('#'))
                continue;
            if (text.Split('\t') is not [{ Length: > 0 } synset, { Length: > 0 } kind, { Length: > 0 } lemma, ..])
                malformed.Add(path, number, "no synset, kind and lemma", "divide the three columns by tabs");
            else if (kind == "lemma" || kind.EndsWith(":lemma", StringComparison.Ordinal))
                yield return (synset, lemma.Replace('_', ' ')); // other kinds are definitions and examples
        }
    }
}
