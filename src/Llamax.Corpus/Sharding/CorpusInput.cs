using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>A file (or a pair of files) of a corpus, in its place among the others.</summary>
/// <param name="Name">As the user named it.</param>
/// <param name="Files">The files that it is read from.</param>
/// <param name="Read">Streams its pairs; lines of one language have an empty target.</param>
public sealed record CorpusInput(
    string Name, IReadOnlyList<string> Files, Func<MalformedLines, IEnumerable<SentencePair>> Read)
{
    /// <summary>Names, sizes and times of the files: what changes where a file was changed.</summary>
    internal string Description => string.Join('\n', Files.Select(Path.GetFullPath).Select(
        file => FormattableString.Invariant($"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file).Ticks}")));

    /// <summary>
    /// Opens a corpus by its name: <c>.tsv</c> (source and target), <c>.jsonl</c> (the fields source and target, or text), two files
    /// joined by a comma that are parallel by line, or plain text; each also with <c>.gz</c>.
    /// </summary>
    /// <exception cref="RequestException">A file is missing, or it has not as many sides as asked for.</exception>
    public static CorpusInput Open(string name, bool isParallel)
    {
        string[] files = File.Exists(name) ? [name] : name.Split(',');
        foreach (var file in files)
            if (!File.Exists(file))
                throw new RequestException(
                    Directory.Exists(file) ? "a folder was found, a file expected" : "there is no such file", file, "check the path");
        var format = files[0].EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? files[0][..^3] : files[0];
        if (files.Length == 2 && isParallel)
            return new(name, files, malformed => MosesPairs.Read(files[0], files[1], malformed));
        if (files.Length > 1)
            throw new RequestException($"{files.Length} files joined by commas", name, "join the two sides of a Moses pair, no others");
        if (Has(".tsv") && isParallel)
            return new(name, files, malformed => TsvPairs.Read(name, new(), malformed));
        if (Has(".jsonl"))
            return new(name, files, malformed => isParallel
                ? JsonLines.Pairs(name, "source", "target", malformed)
                : Monolingual(JsonLines.Texts(name, "text", malformed)));
        if (isParallel)
            throw new RequestException(
                "this is no file of pairs", name, "give a .tsv, a .jsonl or two files joined by a comma; or --lang for text of one language");
        return new(name, files, malformed => Monolingual(PlainText.Read(name, malformed)));

        bool Has(string ending) => format.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<SentencePair> Monolingual(IEnumerable<TextLine> lines) =>
        lines.Select(line => new SentencePair(line.Text, "", line.Origin));
}
