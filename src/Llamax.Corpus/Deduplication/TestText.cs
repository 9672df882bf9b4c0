using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Deduplication;

/// <summary>The sentences of a test set in one language.</summary>
/// <param name="Set">Its name, for example <c>flores101 devtest</c>.</param>
/// <param name="Language">Its language; null where nobody said.</param>
/// <param name="Sentences">Streams them; sets that repeat a sentence for several pairs repeat it here.</param>
public sealed record TestText(string Set, Language? Language, Func<IEnumerable<TextLine>> Sentences)
{
    /// <summary>A file of test sentences, in any format; of pairs, both sides.</summary>
    /// <exception cref="RequestException">The file is missing.</exception>
    public static TestText OfFile(string spec)
    {
        var (parsed, corpus) = (CorpusSpec.Parse(spec), CorpusInput.Open(spec));
        var hasPairs = parsed.TargetPath is not null
            || (parsed.Text is null && parsed.FormatOf(parsed.Path, CorpusFormat.Text) != CorpusFormat.Text);
        var strict = new MalformedLines(strict: true);
        return new(spec, null, () => hasPairs
            ? corpus.Pairs(strict).SelectMany(pair => new[] { new TextLine(pair.Source, pair.Origin), new TextLine(pair.Target,
                pair.Origin) })
            : corpus.Lines(strict));
    }

    /// <summary>
    /// The test sets that lie below a mirror folder, in the languages of a corpus: Flores-101 and Flores-200 (dev, devtest), NTREX,
    /// TICO-19, Tatoeba, sources and references of WMT, the test part of MASSIVE, and the dev and test parts of MAFAND.
    /// </summary>
    /// <param name="mirror">The folder, usually <c>$LLAMAX_DATA</c>.</param>
    /// <param name="languages">The languages of the corpus.</param>
    public static IEnumerable<TestText> In(string mirror, IReadOnlyList<Language> languages)
    {
        var (flores101, flores200) = (Path.Combine(mirror, "flores101"), Path.Combine(mirror, "flores200"));
        List<(string Name, FloresSuite Suite)> suites = [];
        if (Directory.Exists(flores101))
            suites.Add(("flores101", FloresSuite.Open101(flores101)));
        if (Directory.Exists(flores200))
            suites.Add(("flores200", FloresSuite.Open200(flores200, Directory.Exists(flores101) ? flores101 : null)));
        foreach (var (name, suite) in suites)
            foreach (var split in (string[])["dev", "devtest"])
                foreach (var language in suite.Languages(split).Where(languages.Contains))
                    yield return new($"{name} {split}", language, () => Flores(suite, language, split));
        foreach (var (name, partition) in ((string, string?)[])
            [("ntrex", null), ("tico19", null), ("tatoeba", null), ("massive", "test"), ("mafand", "dev"), ("mafand", "test")])
        {
            if (!Directory.Exists(Path.Combine(mirror, name == "ntrex" ? "ntrex128" : name)))
                continue;
            var corpus = MirrorCorpora.Open(name, mirror, partition);
            foreach (var language in corpus.Languages.Where(languages.Contains))
                yield return new(partition is null ? name : $"{name} {partition}", language, () => corpus.Lines(language, new()));
        }

        foreach (var name in (string[])["wmt23", "wmt"])
        {
            if (!Directory.Exists(Path.Combine(mirror, name)))
                continue;
            var texts = Wmt(Path.Combine(mirror, name)).ToLookup(text => text.Code, text => text.File);
            foreach (var language in languages)
                if (texts.Contains(language.Code))
                    yield return new(name, language, () => texts[language.Code].SelectMany(file => PlainText.Read(file, new MalformedLines())));
        }
    }

    private static IEnumerable<TextLine> Flores(FloresSuite suite, Language language, string split) =>
        suite.Sentences(language, split).Select((text, i) => new TextLine(text,
            FormattableString.Invariant($"{language}.{split}:{i + 1}")));

    /// <summary>
    /// The sources and references of a folder of WMT test sets, each with the language at its name's end: <c>en-de.src.en.gz</c>.
    /// </summary>
    private static IEnumerable<(string Code, string File)> Wmt(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is var name
                && (name.Contains(".src.", StringComparison.Ordinal) || name.Contains(".ref", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .ToList();
        // Nothing to read must not pass for nothing to avoid.
        return files.Count > 0
            ? files.Select(file => (Path.GetFileName(file).Split('.').Last(part => part != "gz"), file))
            : throw new RequestException(
                "no files named *.src.* or *.ref*", folder, "bring the set into the mirror's layout (see docs/data.md)");
    }
}
