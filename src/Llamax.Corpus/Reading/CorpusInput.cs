using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>A corpus in any format and any number of files, from a <see cref="CorpusSpec"/>; what <c>--input</c> of a verb names.</summary>
public sealed class CorpusInput
{
    private readonly CorpusSpec _spec;
    private readonly IReadOnlyList<(string Source, string? Target)> _files;

    private CorpusInput(CorpusSpec spec)
    {
        _spec = spec;
        _files = spec.TargetPath is { } target
            ? [.. FilePattern.Pairs(spec.Path, target).Select(pair => (pair.Source, (string?)pair.Target))]
            : [.. FilePattern.Files(spec.Path).Select(path => (path, (string?)null))];
        foreach (var path in Files)
        {
            if (path == CorpusStream.StandardInput ? spec.TargetPath is not null : !File.Exists(path))
                throw new RequestException(
                    path == CorpusStream.StandardInput ? "standard input cannot be one of two sides"
                    : Directory.Exists(path) ? "a folder was found, a file expected"
                    : "there is no such file",
                    path,
                    Directory.Exists(path) ? $"name its files, for example {path}/*.tsv.gz" : "check the path");
        }
    }

    /// <summary>Every file, the source's before the target's; <c>-</c> is standard input.</summary>
    public IReadOnlyList<string> Files =>
        [.. _files.SelectMany(file => file.Target is { } target ? new[] { file.Source, target } : [file.Source])];

    /// <summary>Finds the files; nothing is read yet.</summary>
    /// <param name="spec">As <see cref="CorpusSpec.Parse"/> reads it.</param>
    /// <exception cref="RequestException">The spec is wrong, no file matches, or a side lacks its partner.</exception>
    public static CorpusInput Open(string spec) => Open(CorpusSpec.Parse(spec));

    /// <summary>As the other, of a spec that was read already.</summary>
    /// <exception cref="RequestException">No file matches, or a side lacks its partner.</exception>
    public static CorpusInput Open(CorpusSpec spec) => new(spec);

    /// <summary>Streams the sentence pairs, file after file; may be called again, except on standard input.</summary>
    /// <exception cref="RequestException">
    /// A file cannot be read, lacks a column, has one side only, differs from its partner in length, or the counter is strict.
    /// </exception>
    public IEnumerable<SentencePair> Pairs(MalformedLines malformed, CancellationToken cancellation = default) =>
        _files.SelectMany(file => Pairs(file.Source, file.Target, malformed, cancellation));

    /// <summary>Streams the text of one language, file after file: <see cref="CorpusSpec.Text"/> says which.</summary>
    /// <exception cref="RequestException">A file cannot be read, lacks the column, or the counter is strict.</exception>
    public IEnumerable<TextLine> Lines(MalformedLines malformed, CancellationToken cancellation = default) =>
        _spec.TargetPath is null
            ? _files.SelectMany(file => Lines(file.Source, malformed, cancellation))
            : throw new RequestException("two sides, where text of one language is wanted", _spec.Path, "name the file of that language");

    private IEnumerable<SentencePair> Pairs(
        string source, string? target, MalformedLines malformed, CancellationToken cancellation)
    {
        if (target is not null)
            return MosesPairs.Read(source, target, malformed, cancellation);
        var columns = new TsvColumns { Source = _spec.Source ?? "1", Target = _spec.Target ?? "2" };
        switch (_spec.FormatOf(source, CorpusFormat.Tsv))
        {
            case CorpusFormat.Tsv:
                OptionProblem.ThrowIfAny(source, columns.Problems());
                return TsvRows.Read(source, [columns.Source, columns.Target], _spec.HasHeader, malformed, cancellation)
                    .Select(row => row.Pair);
            case CorpusFormat.Jsonl:
                return JsonLines.Read(source, SidesOrDefault, malformed, cancellation).Select(row => row.Pair);
            case CorpusFormat.Parquet:
                return ParquetRows.Read(source, SidesOrDefault, malformed, cancellation).Select(row => row.Pair);
            case CorpusFormat.Tmx:
                return TmxPairs.Read(source, _spec.Source, _spec.Target, malformed, cancellation);
            case CorpusFormat.Xliff:
                return XliffPairs.Read(source, malformed, cancellation);
            default:
                throw new RequestException(
                    "plain text has one side, a sentence pair two",
                    CorpusStream.NameOf(source),
                    "name both files (corpus.{en,ha} or corpus.en,corpus.ha), or say the format: FILE#format=tsv");
        }
    }

    private IEnumerable<TextLine> Lines(string path, MalformedLines malformed, CancellationToken cancellation)
    {
        switch (_spec.FormatOf(path, CorpusFormat.Text))
        {
            case CorpusFormat.Tsv:
                var column = _spec.Text ?? "1";
                OptionProblem.ThrowIfAny(path, new TsvColumns { Source = column }.Problems());
                return TsvRows.Read(path, [column], _spec.HasHeader, malformed, cancellation).Select(row => row.Line);
            case CorpusFormat.Jsonl:
                return JsonLines.Read(path, [_spec.Text ?? "text"], malformed, cancellation).Select(row => row.Line);
            case CorpusFormat.Parquet:
                return ParquetRows.Read(path, [_spec.Text ?? "text"], malformed, cancellation).Select(row => row.Line);
            case CorpusFormat.Tmx:
                return TmxPairs.Texts(path, _spec.Text, malformed, cancellation);
            case CorpusFormat.Xliff:
                if (_spec.Text is not (null or "source" or "target"))
                    throw new RequestException($"XLIFF has no side \"{_spec.Text}\"", path, "use text=source or text=target");
                return XliffPairs.Texts(path, isTarget: _spec.Text == "target", malformed, cancellation);
            default:
                return PlainText.Read(path, malformed, cancellation);
        }
    }

    private string[] SidesOrDefault => [_spec.Source ?? "source", _spec.Target ?? "target"];
}
