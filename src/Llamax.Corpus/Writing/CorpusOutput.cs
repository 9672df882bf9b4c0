using System.IO.Compression;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using ZstdSharp;

namespace Llamax.Corpus.Writing;

/// <summary>
/// Writes a corpus in any format to where a <see cref="CorpusSpec"/> says; what <c>--output</c> of a verb names. A file appears whole or
/// not at all, and the same records give the same bytes; <c>.gz</c> and <c>.zst</c> compress.
/// </summary>
/// <remarks>
/// A record that the format cannot hold (a line end in a TSV, a control character in TMX) is not written but counted with its origin.
/// Plain text and Moses pairs hold the texts alone; the other formats hold further columns too, TSV and Parquet those of the first record.
/// </remarks>
public static class CorpusOutput
{
    /// <summary>Writes pairs as they come.</summary>
    /// <param name="spec">As <see cref="CorpusSpec.Parse"/> reads it; two paths for Moses pairs; <c>-</c> is standard output.</param>
    /// <param name="refused">Counts what the format cannot hold.</param>
    /// <param name="write">Is given what takes the pairs; several outputs nest.</param>
    /// <returns>Pairs written.</returns>
    /// <exception cref="RequestException">The spec is wrong, or <paramref name="refused"/> is strict.</exception>
    public static long WritePairs(string spec, MalformedLines refused, Action<Action<SentencePair>> write)
    {
        var parsed = CorpusSpec.Parse(spec);
        var records = new Records(Name(parsed), refused);
        Open(parsed, sides: 2, writer =>
        {
            write(pair => records.Write(writer, [pair.Source, pair.Target], pair.Columns, pair.Origin));
            writer.Finish();
        });
        return records.Written;
    }

    /// <summary>Writes pairs of a stream.</summary>
    /// <returns>Pairs written.</returns>
    /// <exception cref="RequestException">The spec is wrong, or <paramref name="refused"/> is strict.</exception>
    public static long WritePairs(string spec, MalformedLines refused, IEnumerable<SentencePair> pairs) =>
        WritePairs(spec, refused, write =>
        {
            foreach (var pair in pairs)
                write(pair);
        });

    /// <summary>Writes text of one language as it comes.</summary>
    /// <param name="spec">As <see cref="CorpusSpec.Parse"/> reads it; <c>-</c> is standard output.</param>
    /// <param name="refused">Counts what the format cannot hold.</param>
    /// <param name="write">Is given what takes the lines; several outputs nest.</param>
    /// <returns>Lines written.</returns>
    /// <exception cref="RequestException">The spec is wrong, or <paramref name="refused"/> is strict.</exception>
    public static long WriteLines(string spec, MalformedLines refused, Action<Action<TextLine>> write)
    {
        var parsed = CorpusSpec.Parse(spec);
        var records = new Records(Name(parsed), refused);
        Open(parsed, sides: 1, writer =>
        {
            write(line => records.Write(writer, [line.Text], line.Columns, line.Origin));
            writer.Finish();
        });
        return records.Written;
    }

    /// <summary>Writes lines of a stream.</summary>
    /// <returns>Lines written.</returns>
    /// <exception cref="RequestException">The spec is wrong, or <paramref name="refused"/> is strict.</exception>
    public static long WriteLines(string spec, MalformedLines refused, IEnumerable<TextLine> lines) =>
        WriteLines(spec, refused, write =>
        {
            foreach (var line in lines)
                write(line);
        });

    private static string Name(CorpusSpec spec) => spec.Path == CorpusStream.StandardInput ? "stdout" : spec.Path;

    private static void Open(CorpusSpec spec, int sides, Action<RecordWriter> write)
    {
        if (spec.TargetPath is { } target)
        {
            if (sides == 1)
                throw new RequestException("two files for text of one language", spec.Path, "name one");
            ToStream(spec.Path, source => ToStream(target, other => Use(new TextWriterOfLines(source, other))));
            return;
        }

        var format = spec.FormatOf(spec.Path, sides == 2 ? CorpusFormat.Tsv : CorpusFormat.Text);
        string[] names = sides == 1 ? [spec.Text ?? "text"] : [spec.Source ?? "source", spec.Target ?? "target"];
        if (format == CorpusFormat.Text && sides == 2)
            throw new RequestException("plain text has one side, a pair two", Name(spec), "name two files (out.{en,ha}), or out.tsv");
        if (format is CorpusFormat.Tmx or CorpusFormat.Xliff && (sides == 1 || spec.Source is null || spec.Target is null))
            throw new RequestException(
                sides == 1 ? "this format holds pairs alone" : "the file has to name its languages",
                Name(spec),
                sides == 1 ? "write text, TSV, JSONL or Parquet" : $"write {spec.Path}#source=en,target=ha with your languages");
        if (format == CorpusFormat.Parquet && CorpusFormats.WithoutCompression(spec.Path) != spec.Path)
            throw new RequestException("Parquet compresses itself", spec.Path, "leave out the last ending");
        ToStream(spec.Path, stream => Use(format switch
        {
            CorpusFormat.Tsv => new TsvWriter(stream, names, spec.HasHeader),
            CorpusFormat.Jsonl => new JsonlWriter(stream, names),
            CorpusFormat.Parquet => new ParquetRowWriter(stream, names),
            CorpusFormat.Tmx => new TmxWriter(stream, names[0], names[1]),
            CorpusFormat.Xliff => new XliffWriter(stream, names[0], names[1]),
            _ => new TextWriterOfLines(stream),
        }));

        void Use(RecordWriter writer)
        {
            using (writer)
                write(writer);
        }
    }

    private static void ToStream(string path, Action<Stream> write)
    {
        if (path == CorpusStream.StandardInput)
        {
            using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            write(output);
            return;
        }

        AtomicFile.Write(path, file =>
        {
            using Stream? compressed = CorpusFormats.IsGzip(path) ? new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true)
                : CorpusFormats.IsZstandard(path) ? new CompressionStream(file, level: 3, leaveOpen: true)
                : null;
            write(compressed ?? file);
        });
    }

    /// <summary>Counts what is written and what cannot be.</summary>
    private sealed class Records(string name, MalformedLines refused)
    {
        private long _records;

        public long Written { get; private set; }

        public void Write(RecordWriter writer, ReadOnlySpan<string> texts, ExtraColumns? columns, string origin)
        {
            _records++;
            if ((Problem(texts, columns) ?? writer.Write(texts, columns)) is { } problem)
                refused.Add(name, _records, origin, problem, "clean the text first, or write JSONL, which holds any text");
            else
                Written++;
        }

        private static string? Problem(ReadOnlySpan<string> texts, ExtraColumns? columns)
        {
            foreach (var text in texts)
                if (HasHalfCharacter(text))
                    return "half a character (a lone surrogate)";
            return columns is not null && (columns.Names.Any(HasHalfCharacter) || columns.Values.Any(HasHalfCharacter))
                ? "half a character (a lone surrogate) in a column"
                : null;
        }

        private static bool HasHalfCharacter(string text)
        {
            for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    i++;
                else if (char.IsSurrogate(text[i]))
                    return true;
            }

            return false;
        }
    }
}
