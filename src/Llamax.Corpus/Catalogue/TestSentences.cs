using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Catalogue;

/// <summary>What the catalogue's test sets consist of: text that must never enter a training set.</summary>
public static class TestSentences
{
    /// <summary>The sets that can be read, whatever of them is on this machine.</summary>
    public static IReadOnlyList<string> Names { get; } = ["flores101", "flores200", "tico19", "wmt23", "mafand"];

    /// <summary>
    /// Streams every sentence of a set in every language: both parts of Flores, sources and references of WMT, dev and test of MAFAND
    /// (both sides).
    /// </summary>
    /// <exception cref="RequestException">The name is none of <see cref="Names"/>, or the set is not on this machine.</exception>
    public static IEnumerable<TextLine> Read(string name, DataCatalogue catalogue)
    {
        if (!Names.Contains(name))
            throw new RequestException($"no test set \"{name}\"", mend: $"use one of {string.Join(", ", Names)}");
        var folder = catalogue.Require(name);
        return name switch
        {
            "flores101" => Flores(FloresSuite.Open101(folder)),
            "flores200" => Flores(FloresSuite.Open200(folder, catalogue.Locate("flores101"))),
            "mafand" => Files(folder, ".dev.tsv", ".test.tsv").SelectMany(
                file => TsvPairs.Read(file, new(), new()).SelectMany(
                    pair => new[] { new TextLine(pair.Source, pair.Origin), new TextLine(pair.Target, pair.Origin) })),
            "wmt23" => Wmt(folder).SelectMany(text => Lines(text.File)),
            _ => Files(folder, ".txt")
                .Where(file => !Path.GetFileName(file).StartsWith("ids.", StringComparison.Ordinal))
                .SelectMany(Lines),
        };
    }

    /// <summary>
    /// The sources and references of a folder of WMT test sets, each with the language at its name's end: <c>en-de.src.en.gz</c>.
    /// </summary>
    /// <exception cref="RequestException">There are none.</exception>
    internal static IEnumerable<(string Code, string File)> Wmt(string folder) => Files(folder, ".src.", ".ref")
        .Select(file => (Path.GetFileName(file).Split('.').Last(part => part != "gz"), file));

    private static IEnumerable<TextLine> Flores(FloresSuite suite) =>
        from split in (string[])["dev", "devtest"]
        from code in suite.Codes(split)
        from line in suite.Lines(code, split)
        select line;

    internal static IEnumerable<TextLine> Lines(string file) => PlainText.Read(file, new MalformedLines());

    /// <exception cref="RequestException">There are none: nothing to read must not pass for nothing to avoid.</exception>
    private static List<string> Files(string folder, params string[] parts)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => parts.Any(part => Path.GetFileName(file).Contains(part, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new RequestException(
            $"no files named *{string.Join("* or *", parts)}*", folder, "bring the set into the mirror's layout (see docs/data.md)");
    }
}
