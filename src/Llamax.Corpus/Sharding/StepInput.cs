using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Sharding;

/// <summary>A file of a corpus (two, where it is parallel by line), in its place among the others.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Files">The files that it is read from; none for standard input.</param>
/// <param name="Read">Streams its pairs; lines of one language have an empty target.</param>
public sealed record StepInput(string Name, IReadOnlyList<string> Files, Func<MalformedLines, IEnumerable<SentencePair>> Read)
{
    /// <summary>Whether it can be read once only.</summary>
    public bool IsStandardInput => Files.Count == 0;

    /// <summary>Names, sizes and times of the files: what changes where a file was changed.</summary>
    internal string Description => string.Join('\n', Files.Select(Path.GetFullPath).Select(
        file => FormattableString.Invariant($"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file).Ticks}")));

    /// <summary>Every file that a spec names, each for itself.</summary>
    /// <param name="spec">As <see cref="CorpusSpec.Parse"/> reads it.</param>
    /// <param name="isParallel">Whether pairs are wanted, or lines of one language.</param>
    /// <exception cref="Runs.RequestException">The spec is wrong, no file matches, or a file is missing.</exception>
    public static IReadOnlyList<StepInput> OpenAll(string spec, bool isParallel)
    {
        var parsed = CorpusSpec.Parse(spec);
        IEnumerable<CorpusSpec> files = parsed.TargetPath is { } target
            ? FilePattern.Pairs(parsed.Path, target).Select(pair => parsed with { Path = pair.Source, TargetPath = pair.Target })
            : FilePattern.Files(parsed.Path).Select(path => parsed with { Path = path });
        return [.. files.Select(file => Open(file, isParallel))];
    }

    private static StepInput Open(CorpusSpec spec, bool isParallel)
    {
        var corpus = CorpusInput.Open(spec);
        var name = spec.Path == CorpusStream.StandardInput ? "stdin" : spec.Path;
        var files = spec.Path == CorpusStream.StandardInput ? [] : corpus.Files;
        return new(name, files, malformed => isParallel
            ? corpus.Pairs(malformed)
            : corpus.Lines(malformed).Select(line => new SentencePair(line.Text, "", line.Origin) { Columns = line.Columns }));
    }
}
